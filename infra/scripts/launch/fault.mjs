/** Something that stops the launch and that its reader can act on: the message is one plain line. */
export class LaunchFault extends Error {
  /** @param {string} message @param {number} exitCode */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What the product does with METER_LOG_FORMAT; it says so itself when that is neither. */
const isText = () => {
  const asked = process.env.METER_LOG_FORMAT?.trim();
  return asked === "text" || (asked !== "json" && process.stderr.isTTY === true);
};

/** Writes one line of our own, of the kind that the product writes. @param {string} line @param {"info" | "fatal"} level */
export const say = (line, level = "info") => {
  const time = new Date().toISOString();
  process.stderr.write(isText() ? `meter: ${line}\n` : `${JSON.stringify({ level, time, msg: line })}\n`);
};
