/** Progress on standard output: one line that is rewritten on a terminal, a few plain lines elsewhere. */

const CLEAR_LINE = '\r\x1b[K';

/** Where the parts of an installation tell what they do. */
export interface Progress {
  /** Something that stays on the screen. */
  say(line: string): void;
  /** A new step begins. */
  step(text: string): void;
  /** How far the step is; shown on terminals only. */
  update(detail: string): void;
}

/** Progress written to a stream. */
export function createProgress(stream: NodeJS.WriteStream = process.stdout): Progress & { end(): void } {
  let current = '';
  const end = (): void => {
    if (current !== '' && stream.isTTY) stream.write('\n');
    current = '';
  };
  return {
    end,
    say(line) {
      end();
      stream.write(`${line}\n`);
    },
    step(text) {
      end();
      current = text;
      stream.write(stream.isTTY ? `  ${text}` : `  ${text}\n`);
    },
    update(detail) {
      if (stream.isTTY) stream.write(`${CLEAR_LINE}  ${current}: ${detail}`);
    },
  };
}
