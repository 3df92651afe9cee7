import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { productEnvironment } from "./environment.mjs";
import { LaunchFault, say } from "./fault.mjs";
import { installIfNeeded } from "./install.mjs";
import { createProcesses, exitCode } from "./processes.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What the pinned Node runs for each command, relative to the root; the caller's arguments follow. */
const commands = new Map([
  ["start", ["apps/standalone/src/main.ts"]],
  ["test", ["node_modules/vitest/vitest.mjs", "run"]],
  ["demo", ["docs/examples/llm-trace/src/demo.ts"]],
]);

const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/**
 * Installs if needed, runs the command, and ends this process with the exit code of what it ran.
 * @param {readonly string[]} args the command's name and its arguments
 * @returns {Promise<never>}
 */
export const launch = async ([name = "", ...args]) => {
  try {
    process.exit(await runCommand(name, args));
  } catch (error) {
    const fault = toFault(error);
    say(fault.message, "fatal");
    process.exit(fault.exitCode);
  }
};

/** A full disk or a folder that may not be written to is the reader's to mend, too; anything else is a bug. @param {unknown} error */
const toFault = (error) => {
  if (error instanceof LaunchFault) return error;
  if (error instanceof Error && "syscall" in error) return new LaunchFault(error.message);
  throw error;
};

/** @param {string} name @param {readonly string[]} args @returns {Promise<number>} */
const runCommand = async (name, args) => {
  const command = commands.get(name);
  if (command === undefined)
    throw new LaunchFault(`unknown command "${name}"; there are ${[...commands.keys()].join(", ")}`);
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform))
    throw new LaunchFault(`${platform} is not supported; there are ${platforms.join(", ")}`);

  const processes = createProcesses();
  await installIfNeeded(root, processes);

  const node = join(root, "node_modules", ".bin", "node");
  const missing = new LaunchFault(
    `node_modules/.bin/node cannot run on this machine (${platform}; on Linux it needs glibc)`,
  );
  if (!existsSync(node)) throw missing;
  const outcome = await processes.run(node, [...command, ...args], {
    cwd: root,
    env: productEnvironment(root, process.env),
  });
  if (outcome.error !== null) throw missing;
  return exitCode(outcome);
};
