/** Terminal colours, only where a terminal shows them. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const sgr = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;
const plain = (text: string) => text;

/** @param colours true on a terminal without NO_COLOR (https://no-color.org) */
export const styleFor = (colours: boolean): Style =>
  colours
    ? { bold: sgr(1), dim: sgr(2), red: sgr(31), green: sgr(32), yellow: sgr(33) }
    : { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
