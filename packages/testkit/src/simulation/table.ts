import { readProofs } from "./proofs.ts";
import { rules } from "./rules.ts";

/** The rules as a table in Markdown: what holds, where it is kept, and how soon a promise is broken without it. */
export const rulesTable = (): string => {
  const proofs = readProofs();
  const rows = rules.map(({ name, says, livesIn }) => {
    const proof = proofs[name];
    const faults = proof?.script.deviations.map(({ take }) => take).join("; ") ?? "";
    return [
      says,
      `\`${livesIn}\``,
      String(proof?.steps ?? "–"),
      faults === "" ? "none but what the program does" : faults,
    ];
  });
  const header = ["Rule", "Kept in", "Steps", "Faults in the shortest run that breaks a promise without it"];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
};
