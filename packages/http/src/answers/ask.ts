import { type AnswerBound, answerBounds, type TooManyGroups } from "@meter/core";
import { err, ok, type Result } from "@meter/primitives";
import type { HttpContext } from "../env.ts";
import { ClientGone } from "../middleware/read-body.ts";
import type { Leave } from "./gate.ts";

/** `leave` of a large answer is to be called once it is over; a small one has none. */
export type Asked<T> = Readonly<{ value: T; leave: Leave | null }>;

export type AnswersOverloaded = Readonly<{ type: "answers_overloaded" }>;

/**
 * Asks for a small answer first, which nothing holds up. When it turns out to be none, the question is put again, for as
 * much as is answered at all, once the gate lets it pass. Rejects with ClientGone.
 */
export const askWithinBounds = async <T, E extends Readonly<{ type: string }>>(
  c: HttpContext,
  ask: (bound: AnswerBound) => Promise<Result<T, E | TooManyGroups>>,
): Promise<Result<Asked<T>, E | TooManyGroups | AnswersOverloaded>> => {
  const small = await ask(answerBounds.small);
  if (small.ok) return ok({ value: small.value, leave: null });
  if (small.error.type !== "too_many_groups") return small;

  const { signal } = c.req.raw;
  const leave = await c.var.answerGate.enter(c.var.principal.namespace, signal);
  if (leave === null) {
    if (signal.aborted) throw new ClientGone("the connection ended before the answer");
    return err({ type: "answers_overloaded" });
  }
  try {
    const large = await ask(answerBounds.large);
    if (large.ok && !signal.aborted) return ok({ value: large.value, leave });
    leave();
    if (!large.ok) return large;
  } catch (error) {
    leave();
    throw error;
  }
  throw new ClientGone("the connection ended before the answer");
};
