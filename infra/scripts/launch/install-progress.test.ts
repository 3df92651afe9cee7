import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { showInstallProgress } from "./install-progress.mjs";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const report = (fields: object): string => `${JSON.stringify({ level: "debug", ...fields })}\n`;
const reports = {
  resolved: report({ name: "pnpm:progress", status: "resolved", packageId: "a@1" }),
  imported: report({ name: "pnpm:progress", status: "imported" }),
  small: report({ name: "pnpm:fetching-progress", status: "started", packageId: "a@1", size: 1_400_000 }),
  fetched: report({ name: "pnpm:progress", status: "fetched", packageId: "a@1" }),
  large: report({ name: "pnpm:fetching-progress", status: "started", packageId: "b@1", size: 177_000_000 }),
  part: report({ name: "pnpm:fetching-progress", status: "in_progress", packageId: "b@1", downloaded: 40_000_000 }),
  retry: report({ name: "pnpm:request-retry", attempt: 1 }),
  skills: report({ name: "pnpm:pending-skills", packageNames: ["@clickhouse/client"] }),
  error: report({ name: "pnpm", level: "error", code: "ERR_PNPM_X", message: "no such tarball" }),
};

const watch = (isTerminal = false) => {
  const written: string[] = [];
  const take = (line: string): void => void written.push(line);
  const never = (line: string): void => expect.unreachable(line);
  const progress = showInstallProgress({
    say: isTerminal ? never : take,
    rewrite: isTerminal ? take : null,
    now: Date.now,
  });
  return { ...progress, written };
};

describe("while it installs", () => {
  test("a line every ten seconds says how far it is, in packages and bytes", () => {
    const { read, end, written } = watch();
    vi.advanceTimersByTime(10_000);
    read(reports.resolved + reports.resolved + reports.small + reports.fetched + reports.large + reports.imported);
    vi.advanceTimersByTime(10_000);
    read(reports.part + reports.retry);
    vi.advanceTimersByTime(10_000);
    end();
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([
      "fetching the installer …",
      "1 of 2 packages, 1 MB fetched",
      "1 of 2 packages, 41 MB fetched; the registry does not always answer, so some are asked for again",
    ]);
  });

  test("a terminal has one line that is written anew, and gone at the end", () => {
    const { read, end, written } = watch(true);
    read(reports.resolved);
    vi.advanceTimersByTime(500);
    end();
    expect(written).toEqual(["meter: 0 of 1 packages, 0 MB fetched", ""]);
  });

  test("a quick one says nothing but how long it took", () => {
    const { read, end, written, summary } = watch();
    read(reports.resolved + reports.imported);
    vi.advanceTimersByTime(2_100);
    end();
    expect([written, summary()]).toEqual([[], "installed 1 packages in 3 s"]);
  });
});

describe("what the installer says itself", () => {
  test("is kept for a failure; what nobody can act on is dropped; lines may come in pieces", () => {
    const { read, end, complaints } = watch();
    read(`npm notice New version of npm\n${reports.skills}${reports.error.slice(0, 20)}`);
    read(`${reports.error.slice(20)}{"not":"a report"}\nnpm error code EAI_AGAIN`);
    end();
    expect(complaints()).toBe('ERR_PNPM_X no such tarball\n{"not":"a report"}\nnpm error code EAI_AGAIN');
  });

  test("is bounded", () => {
    const { read, end, complaints } = watch();
    read("x\n".repeat(10_000));
    end();
    expect(complaints().split("\n")).toHaveLength(200);
  });
});
