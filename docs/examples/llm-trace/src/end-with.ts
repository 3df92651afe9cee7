import process from "node:process";

/** Runs `work` and ends with its exit code. Whatever fails ends with a sentence: where it was thrown helps nobody who runs this. */
export const endWith = async (name: string, work: () => Promise<number>): Promise<void> => {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
};
