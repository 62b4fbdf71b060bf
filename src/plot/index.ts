/** Figures: plain numbers or tensors in, SVG, PNG and GIF out. No DOM. */
export type { Colormap } from './colors';
export { type ConfusionMatrixOptions, confusionMatrix } from './confusionMatrix';
export { type CurvesOptions, curves } from './curves';
export type { Numbers, TensorLike } from './data';
export { type FeatureMapsOptions, featureMaps } from './featureMaps';
export { Animation, Figure, type PngOptions } from './figure';
export { type HeatmapOptions, heatmap } from './heatmap';
export { type HistoryLike, type HistoryOptions, history } from './history';
export { type ImshowOptions, imshow } from './imshow';
export { type KernelsOptions, kernels } from './kernels';
export type { LayerLike, ModelLike, NodeLike } from './modelGraph';
export { type PlotModelOptions, plotModel } from './plotModel';
export { type SlidingKernelOptions, slidingKernel } from './slidingKernel';
