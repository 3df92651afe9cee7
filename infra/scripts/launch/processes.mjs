import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * How a process ended: exactly one of the first three is set. `error` is the system's code when it could not be
 * started. `interruptedBy` is the last signal that was passed on to it: it may have ended with a code all the same.
 * @typedef {Readonly<{ code: number | null; signal: NodeJS.Signals | null; error: string | null; interruptedBy: NodeJS.Signals | null }>} Outcome
 * @typedef {Readonly<{
 *   cwd: string;
 *   env: NodeJS.ProcessEnv;
 *   ownGroup?: boolean;
 *   onStart?: (pid: number) => void;
 *   onStderr?: (text: string) => void;
 * }>} RunOptions
 * @typedef {Readonly<{ run: (command: string, args: readonly string[], options: RunOptions) => Promise<Outcome> }>} Processes
 */

/** @type {readonly NodeJS.Signals[]} */
const forwarded = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs one process at a time and passes our signals on to it. From a terminal Ctrl-C reaches it twice, by the group and
 * by us: it must take a second signal as nothing. A signal that arrives while nothing runs ends us.
 * `onStderr` takes what would be shown. With `ownGroup` the process leads a group of its own, and signals go to all of the group.
 * @returns {Processes}
 */
export const createProcesses = () => {
  /** @type {((signal: NodeJS.Signals) => void) | null} */
  let pass = null;
  for (const signal of forwarded) {
    process.on(signal, () => (pass === null ? process.exit(signalExitCode(signal)) : pass(signal)));
  }

  return {
    run: (command, args, { cwd, env, ownGroup = false, onStart, onStderr }) =>
      new Promise((resolve) => {
        const child = spawn(command, args, {
          cwd,
          env,
          detached: ownGroup,
          stdio: [ownGroup ? "ignore" : "inherit", "inherit", onStderr ? "pipe" : "inherit"],
        });
        if (child.pid !== undefined) onStart?.(child.pid);
        if (onStderr) child.stderr?.setEncoding("utf8").on("data", onStderr);
        /** @type {NodeJS.Signals | null} */
        let interruptedBy = null;
        pass = (signal) => {
          interruptedBy = signal;
          if (ownGroup) killGroup(child.pid, signal);
          else child.kill(signal);
        };

        /** @param {Omit<Outcome, "interruptedBy">} outcome */
        const end = (outcome) => {
          pass = null;
          resolve({ ...outcome, interruptedBy });
        };
        child.on("error", (error) =>
          end({ code: null, signal: null, error: "code" in error ? String(error.code) : error.message }),
        );
        child.on("close", (code, signal) => end({ code, signal, error: null }));
      }),
  };
};

/** What a shell would report: the code itself, or that of the signal. @param {Outcome} outcome */
export const exitCode = ({ code, signal }) => code ?? (signal === null ? 1 : signalExitCode(signal));

/** 128 + the signal's number. @param {NodeJS.Signals} signal */
export const signalExitCode = (signal) => 128 + constants.signals[signal];

/** @param {number | undefined} pid @param {NodeJS.Signals} signal */
const killGroup = (pid, signal) => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // the group has ended; its outcome is on the way
  }
};
