import { type Deviation, followScript, run, type Run, type Script, withoutNumbers } from "./run.ts";

/** Runs that a shrinking may take: enough for a hundred deviations. */
const runsMax = 1_500;

/**
 * The smallest script found that still breaks a promise: without each deviation that is not needed, each as early as it
 * does, each disaster with as little damage as it does.
 */
export const shrink = async (script: Script): Promise<Readonly<{ script: Script; run: Run }>> => {
  let best = { script, run: await run(followScript(script)) };
  let runs = 0;
  if (best.run.broken.length === 0) return best;

  const attempt = async (deviations: readonly Deviation[]): Promise<boolean> => {
    if (runs++ >= runsMax) return false;
    const smaller = { ...script, deviations };
    const tried = await run(followScript(smaller));
    if (!isSame(tried, best.run)) return false;
    // What it did is what it is: deviations that were never taken are gone.
    best = { script: { ...script, deviations: tried.deviations }, run: tried };
    return true;
  };

  for (let size = best.script.deviations.length >> 1; size >= 1; size >>= 1)
    for (let from = 0; from < best.script.deviations.length;)
      if (!(await attempt(without(best.script.deviations, from, size)))) from += size;

  for (let changed = true; changed && runs < runsMax;) {
    changed = false;
    for (let at = 0; at < best.script.deviations.length; at++)
      for (const simpler of simplify(best.script.deviations, at))
        if (await attempt(simpler)) {
          changed = true;
          break;
        }
  }
  return best;
};

/** The same promise, whichever event it was about. */
const isSame = (one: Run, other: Run): boolean => kindOf(one) === kindOf(other);

export const kindOf = ({ broken: [first] }: Run): string => withoutNumbers(first ?? "");

const without = (deviations: readonly Deviation[], from: number, count: number): readonly Deviation[] => {
  const next = deviations[from + count];
  const moved = deviations.slice(from, from + count).reduce((sum, { after }) => sum + after, 0);
  return [
    ...deviations.slice(0, from),
    ...(next === undefined ? [] : [{ ...next, after: next.after + moved }]),
    ...deviations.slice(from + count + 1),
  ];
};

/** Shorter ways to say the same: without it, earlier, with less damage, with one event instead of two. */
function* simplify(deviations: readonly Deviation[], at: number): Generator<readonly Deviation[]> {
  const here = deviations[at];
  if (here === undefined) return;
  const put = (deviation: Deviation): readonly Deviation[] => deviations.with(at, deviation);
  yield deviations.toSpliced(at, 1);
  yield without(deviations, at, 1);
  for (const after of [0, here.after >> 1, here.after - 1])
    if (after >= 0 && after < here.after) yield put({ ...here, after });
  if (here.take === "two events are sent") yield put({ ...here, take: "an event is sent" });
  const [what, ...damage] = here.take.split("; ");
  for (const one of damage) yield put({ ...here, take: [what, ...damage.filter((other) => other !== one)].join("; ") });
}
