import { err, ok, type Result } from "@meter/primitives";
import { type AnswerBound, AnswerTooLarge } from "./usage-reader.ts";

const mebibyte = 1_024 * 1_024;

/** Rows are one for each group and window, or one for each text of a list. */
export const answerBounds: Readonly<{ small: AnswerBound; large: AnswerBound }> = {
  /** What everybody is answered at once. */
  small: { rowsMax: 2_000, bytesMax: mebibyte },
  /** What is answered at all, to few at a time. */
  large: { rowsMax: 100_000, bytesMax: 32 * mebibyte },
};

/** For those who answer to nobody but themselves. */
export const unbounded: AnswerBound = { rowsMax: Infinity, bytesMax: Infinity };

export type TooManyGroups = Readonly<{ type: "too_many_groups"; bound: AnswerBound }>;

export const withinBound = async <T>(asked: Promise<T>): Promise<Result<T, TooManyGroups>> => {
  try {
    return ok(await asked);
  } catch (cause) {
    if (cause instanceof AnswerTooLarge) return err({ type: "too_many_groups", bound: cause.bound });
    throw cause;
  }
};
