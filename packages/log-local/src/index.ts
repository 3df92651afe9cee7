export type { LocalLogError } from "./errors.ts";
export { defaultLimits, type LocalLogLimits } from "./limits.ts";
export { type LocalLog, type LocalLogOptions, type LocalLogStats, openLocalLog } from "./local-log.ts";
export { isNearlyFull } from "./space.ts";
