/** Ends the process with one line for the person who started it. */
export class FatalError extends Error {
  override readonly name = "FatalError";
}
