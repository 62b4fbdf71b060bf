import { echarts } from '../host/optional';
import { FONT_FAMILY, textWidth } from './font';
import { formatNumber } from './numbers';
import { INK, MUTED, PAPER } from './svg';

/** One line of a chart. */
export interface ChartLine {
  readonly name: string;
  /** Points [x, y]; a y that is not finite leaves a gap. */
  readonly points: readonly (readonly [number, number])[];
  readonly color: string;
  readonly dashed?: boolean;
}

/** Lines in one frame with two axes. */
export interface Chart {
  readonly title?: string | undefined;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly ChartLine[];
  readonly logX?: boolean | undefined;
  readonly logY?: boolean | undefined;
  readonly yRange?: readonly [number, number] | undefined;
  /** x is counted: marks at whole numbers only. */
  readonly wholeX?: boolean | undefined;
}

const CHART = { width: 440, height: 320 };
const LEFT = 84;
const RIGHT = 24;
const BOTTOM = 56;
const AXIS = '#888888';
/** Up to this many points are marked on their line, and up to this many on a logarithmic axis. */
const MOST_SYMBOLS = 30;
const MOST_MARKS = 8;
const LEGEND_ICON = 28;
const LEGEND_GAP = 22;
const axisText = { color: MUTED, fontSize: 11, fontFamily: FONT_FAMILY };
const axisLabel = { ...axisText, hideOverlap: true, formatter: (value: number) => formatNumber(value) };
const axisTick = { show: true, lineStyle: { color: AXIS } };

function axis(name: string, gap: number, rest: object): object {
  return {
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameTextStyle: { ...axisText, color: INK, fontSize: 12 },
    axisLabel,
    axisLine: { show: true, lineStyle: { color: AXIS } },
    axisTick,
    splitLine: { show: true, lineStyle: { color: '#e6e6e6' } },
    ...rest,
  };
}

function xAxis({ lines, xLabel, logX, wholeX }: Chart): object {
  const xs = lines.flatMap(({ points }) => points.map(([x]) => x));
  const [min, max] = [Math.min(...xs), Math.max(...xs)];
  const lonely = min === max ? { min: min - 1, max: max + 1 } : { min, max };
  const whole = wholeX ? { minInterval: 1 } : {};
  const places = [...new Set(xs)];
  const marks = logX && places.length <= MOST_MARKS ? { customValues: places } : {};
  return axis(xLabel, 30, {
    type: logX ? 'log' : 'value',
    ...lonely,
    ...whole,
    axisTick: { ...axisTick, ...marks },
    axisLabel: { ...axisLabel, ...marks },
  });
}

function yAxis({ yLabel, logY, yRange }: Chart): object {
  const range = yRange ? { min: yRange[0], max: yRange[1] } : { scale: true };
  return axis(yLabel, 60, { type: logY ? 'log' : 'value', ...range });
}

function series({ name, points, color, dashed }: ChartLine, index: number): object {
  return {
    name,
    type: 'line',
    xAxisIndex: index,
    yAxisIndex: index,
    data: points.map(([x, y]) => [x, Number.isFinite(y) ? y : '-']),
    symbol: dashed ? 'emptyCircle' : 'circle',
    symbolSize: 6,
    showSymbol: points.length <= MOST_SYMBOLS,
    showAllSymbol: true,
    silent: true,
    itemStyle: { color },
    lineStyle: { color, width: 2, type: dashed ? [6, 4] : 'solid' },
  };
}

/** Charts side by side, `perRow` in a row, with one legend for the lines of one name. */
export function drawCharts(who: string, charts: readonly Chart[], title: string | undefined, perRow = 3): string {
  const columns = Math.min(perRow, charts.length);
  const rows = Math.ceil(charts.length / columns);
  const names = [...new Set(charts.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const showLegend = names.length > 1;
  const legend = legendRows(names, columns * CHART.width - 32);
  const top = (title ? 40 : 12) + (showLegend ? legend.length * 24 : 0);
  const [width, height] = [columns * CHART.width, rows * CHART.height + top];
  const place = (i: number) => ({ x: (i % columns) * CHART.width, y: top + Math.floor(i / columns) * CHART.height });
  const heading = { ...axisText, color: INK, fontWeight: 'bold' };
  const chart = echarts(who).init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: PAPER,
      textStyle: { fontFamily: FONT_FAMILY },
      title: [
        ...(title ? [{ text: title, left: 'center', top: 12, textStyle: { ...heading, fontSize: 15 } }] : []),
        ...charts.map((one, i) => ({
          text: one.title ?? '',
          left: place(i).x + (CHART.width + LEFT - RIGHT) / 2,
          top: place(i).y + 4,
          textAlign: 'center',
          textStyle: { ...heading, fontSize: 13 },
        })),
      ],
      legend: legend.map((data, i) => ({
        show: showLegend,
        data,
        top: (title ? 40 : 12) + 24 * i,
        itemWidth: LEGEND_ICON,
        itemGap: LEGEND_GAP,
        textStyle: { ...axisText, color: INK, fontSize: 12 },
      })),
      grid: charts.map((one, i) => ({
        left: place(i).x + LEFT,
        top: place(i).y + (one.title ? 32 : 12),
        width: CHART.width - LEFT - RIGHT,
        height: CHART.height - (one.title ? 32 : 12) - BOTTOM,
      })),
      xAxis: charts.map((one, i) => ({ ...xAxis(one), gridIndex: i })),
      yAxis: charts.map((one, i) => ({ ...yAxis(one), gridIndex: i })),
      series: charts.flatMap((one, i) => one.lines.map((line) => series(line, i))),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** The names of the legend in rows that fit. */
function legendRows(names: readonly string[], room: number): string[][] {
  const rows: string[][] = [[]];
  let taken = 0;
  for (const name of names) {
    const width = LEGEND_ICON + LEGEND_GAP + 8 + textWidth(name, 12);
    if (taken + width > room && taken > 0) {
      rows.push([]);
      taken = 0;
    }
    rows.at(-1)?.push(name);
    taken += width;
  }
  return rows;
}
