/** The answer of a function that can fail in a way someone can act on. Bugs throw instead. */
export type Result<T, E> = Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; error: E }>;

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });

export const err = <E>(error: E): Result<never, E> => ({ ok: false, error });

/** States an invariant. Throws when it does not hold: that is a bug, not an outcome. */
export const assert: (condition: unknown, message: string) => asserts condition = (condition, message) => {
  if (!condition) throw new AssertionError(message);
};

class AssertionError extends Error {
  override readonly name = "AssertionError";
}
