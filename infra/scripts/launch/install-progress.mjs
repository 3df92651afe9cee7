/**
 * What is known of an install while it runs. `complaints`: what its reader may need when it fails, newest last.
 * @typedef {{ packages: number; installed: number; sizes: Map<string, number>; bytes: Map<string, number>; retried: boolean; complaints: string[] }} Install
 */

/** Lines that are kept for a failure. */
const complaintsMax = 200;
/** How often there is a word of how far it is; a terminal's line is written anew more often. */
const wordMs = 10_000;
const terminalMs = 500;

/**
 * Reads what npx and pnpm (`--reporter=ndjson`) write, and says how far the install is. Their own words are shown only
 * when it fails: they speak of things that nobody who starts Meter can act on.
 * `rewrite` replaces the line that a terminal shows; without one there is a line now and then.
 * @param {Readonly<{ say: (line: string) => void; rewrite: ((line: string) => void) | null; now: () => number }>} deps
 */
export const showInstallProgress = ({ say, rewrite, now }) => {
  const startedAt = now();
  /** @type {Install} */
  const install = { packages: 0, installed: 0, sizes: new Map(), bytes: new Map(), retried: false, complaints: [] };
  let rest = "";
  const timer =
    rewrite === null
      ? setInterval(() => say(describe(install)), wordMs)
      : setInterval(() => rewrite(`meter: ${describe(install)}`), terminalMs);

  return {
    /** @param {string} text */
    read: (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) note(install, line);
    },
    /** Ends the words; afterwards `complaints` is all that was said by others. */
    end: () => {
      clearInterval(timer);
      note(install, rest);
      rest = "";
      rewrite?.("");
    },
    complaints: () => install.complaints.join("\n"),
    /** For when it has succeeded. */
    summary: () => `installed ${install.packages} packages in ${Math.ceil((now() - startedAt) / 1_000)} s`,
  };
};

/** @param {Install} install */
const describe = ({ packages, installed, bytes, retried }) => {
  if (packages === 0) return "fetching the installer …";
  const megabytes = Math.round([...bytes.values()].reduce((sum, one) => sum + one, 0) / 1_000_000);
  const trouble = retried ? "; the registry does not always answer, so some are asked for again" : "";
  return `${installed} of ${packages} packages, ${megabytes} MB fetched${trouble}`;
};

/** @param {Install} install @param {string} line */
const note = (install, line) => {
  const report = parseReport(line);
  if (report === null) {
    if (line.trim() !== "" && !line.startsWith("npm notice")) complain(install, line);
    return;
  }
  const { packageId } = report;
  switch (report.name) {
    case "pnpm:progress":
      if (report.status === "resolved") install.packages += 1;
      if (report.status === "imported") install.installed += 1;
      if (report.status === "fetched") install.bytes.set(packageId, install.sizes.get(packageId) ?? 0);
      return;
    case "pnpm:fetching-progress": // large ones are counted while they come
      if (report.status === "started") install.sizes.set(packageId, report.size ?? 0);
      if (report.status === "in_progress") install.bytes.set(packageId, report.downloaded);
      return;
    case "pnpm:request-retry":
      install.retried = true;
      return;
    case "pnpm:lifecycle":
      if (typeof report.line === "string") complain(install, report.line);
      return;
  }
  if (report.level === "error")
    complain(install, `${report.code ?? ""} ${report.message ?? report.err?.message ?? ""}`.trim());
};

/** @param {Install} install @param {string} line */
const complain = ({ complaints }, line) => {
  complaints.push(line);
  if (complaints.length > complaintsMax) complaints.shift();
};

/** One line of pnpm's; null for anything else. @param {string} line */
const parseReport = (line) => {
  if (!line.startsWith("{")) return null;
  try {
    const report = JSON.parse(line);
    return typeof report.name === "string" && report.name.startsWith("pnpm") ? report : null;
  } catch {
    return null;
  }
};
