/** What the simulated engine of `testkit` runs of this package: how an answer, and an insert, proves itself. */
export { toInsertAnswer } from "./insert-answer.ts";
export { createAnswerReader, lastLineOf } from "./whole-answer.ts";
