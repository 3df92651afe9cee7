/** Something that stops the launch and that its reader can act on: the message is one plain line. */
export class LaunchFault extends Error {
  /** @param {string} message @param {number} exitCode */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Writes one line of our own, so that it can be told from what the installer or the product print. @param {string} line */
export const say = (line) => {
  process.stderr.write(`meter: ${line}\n`);
};
