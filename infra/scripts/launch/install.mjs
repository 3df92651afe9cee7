import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installEnvironment } from "./environment.mjs";
import { LaunchFault, say } from "./fault.mjs";
import { acquireInstallLock } from "./install-lock.mjs";
import { showInstallProgress } from "./install-progress.mjs";
import { signalExitCode } from "./processes.mjs";
import { workspaceFolders } from "./workspace-folders.mjs";

/** @typedef {import("./processes.mjs").Processes} Processes */

// What npm's and pnpm's messages carry when the registry was not reached at all.
const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|NETWORK_ERROR|META_FETCH_FAIL|error sending request/;

/**
 * Installs what the lockfile names, unless node_modules already holds exactly that; then nothing is asked of the
 * network. Two launches at once: one installs, the other waits for it.
 * @param {string} root
 * @param {Processes} processes
 */
export const installIfNeeded = async (root, processes) => {
  if (isInstalled(root)) return;
  const lock = await acquireInstallLock(join(root, "node_modules"), (pid) =>
    say(`process ${pid} is installing into this folder; waiting for it`),
  );
  try {
    if (isInstalled(root)) return;
    await install(root, processes, lock);
  } finally {
    lock.release();
  }
};

/** Where the fingerprint of the last complete install lies. @param {string} root */
const stampPath = (root) => join(root, "node_modules", ".install-stamp");

/** @param {string} root */
const isInstalled = (root) =>
  existsSync(stampPath(root)) &&
  readFileSync(stampPath(root), "utf8") === installFingerprint(root) &&
  existsSync(join(root, "node_modules", ".bin", "node")) &&
  workspaceFolders(root).every(
    (folder) => existsSync(join(root, folder, "node_modules")) || !hasDependencies(root, folder),
  );

/**
 * SHA-256 (hex) of everything that decides what an install puts on disk: lockfile, settings, every manifest of the
 * workspace, operating system and processor.
 * @param {string} root
 */
export const installFingerprint = (root) => {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\0`);
  const manifests = ["", ...workspaceFolders(root)].map((folder) => join(folder, "package.json"));
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests]) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
};

/** @param {string} root @param {Processes} processes @param {import("./install-lock.mjs").InstallLock} lock */
const install = async (root, processes, lock) => {
  const { packageManager } = readManifest(root, "");
  const fingerprint = installFingerprint(root);
  rmSync(stampPath(root), { force: true });
  say("installing Node, Postgres, ClickHouse and what else is needed, into node_modules");
  say("the first time about 340 MB are fetched, which takes 1 to 2 minutes");

  const progress = showInstallProgress({
    say,
    rewrite: process.stderr.isTTY === true ? (line) => process.stderr.write(`\r\x1b[K${line}`) : null,
    now: Date.now,
  });
  const { code, error, interruptedBy } = await processes.run(
    "npx",
    ["-y", packageManager, "install", "--frozen-lockfile", "--reporter=ndjson"],
    {
      cwd: root,
      env: installEnvironment(root, process.env),
      ownGroup: true, // npx passes no signal on to what it starts; its group can be reached as a whole
      onStart: lock.addHolder,
      onStderr: progress.read,
    },
  );
  progress.end();
  if (error === "ENOENT") throw new LaunchFault("npx is not on PATH; it comes with npm, which the install needs");
  if (interruptedBy !== null) {
    throw new LaunchFault(
      `the install was interrupted by ${interruptedBy}; the next command starts it again`,
      signalExitCode(interruptedBy),
    );
  }
  if (code !== 0) {
    if (progress.complaints() !== "") say(progress.complaints(), "fatal");
    throw new LaunchFault(installFailure(code, progress.complaints()));
  }
  say(progress.summary());

  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeFileSync(`${stampPath(root)}.draft`, fingerprint);
  renameSync(`${stampPath(root)}.draft`, stampPath(root));
};

/** @param {number | null} code @param {string} complaints */
const installFailure = (code, complaints) =>
  unreachable.test(complaints)
    ? "the install failed because the package registry cannot be reached: is this machine offline? The first start needs the network once, later ones do not"
    : `the install failed (${code === null ? "it was killed" : `exit code ${code}`}); its reason stands above`;

/** @param {string} root @param {string} folder */
const hasDependencies = (root, folder) => {
  const { dependencies = {}, devDependencies = {} } = readManifest(root, folder);
  return Object.keys({ ...dependencies, ...devDependencies }).length > 0;
};

/** @param {string} root @param {string} folder */
const readManifest = (root, folder) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
