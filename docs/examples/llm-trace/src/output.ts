/** Where a run tells how it goes. `progress` replaces its last line on a terminal. */
export type Output = Readonly<{ line: (text: string) => void; progress: (text: string) => void }>;

/** Lines on a stream; progress overwrites itself on a terminal and is a line of its own elsewhere. */
export const createOutput = (stream: Readonly<{ write: (text: string) => unknown; isTTY?: boolean }>): Output => {
  let open = false;
  return {
    line: (text) => {
      stream.write(`${open ? "\n" : ""}${text}\n`);
      open = false;
    },
    progress: (text) => {
      if (stream.isTTY === true) {
        stream.write(`\r${text}\u001B[K`);
        open = true;
      } else stream.write(`${text}\n`);
    },
  };
};
