/** Why a log could not be opened. */
export type LocalLogError =
  /** Another process, or another log of this one, has the directory open. */
  | Readonly<{ type: "locked" }>
  /** The directory holds something else, or a log of a format this version does not know. It was left as it is. */
  | Readonly<{ type: "not_a_log"; reason: string }>
  /** It is a log, and what it says of itself does not fit together. Nothing was repaired. */
  | Readonly<{ type: "corrupt"; reason: string }>
  /** `code` as in errno(3): ENOSPC, EROFS, EACCES, EIO …; "UNKNOWN" where it cannot be told. */
  | Readonly<{ type: "disk"; code: string; reason: string }>;

/** What openLocalLog throws inside and answers outside. */
export class OpenFailure extends Error {
  readonly error: LocalLogError;

  constructor(error: LocalLogError) {
    super(error.type);
    this.error = error;
  }
}

/** A failure of LevelDB or of the file system, in our words. Anything that is neither is thrown on: it is a bug. */
export const toLocalLogError = (thrown: unknown): LocalLogError => {
  if (thrown instanceof OpenFailure) return thrown.error;
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const code = "code" in error && typeof error.code === "string" ? error.code : "";
    const reason = error.message;
    if (code === "LEVEL_LOCKED") return { type: "locked" };
    if (code === "LEVEL_CORRUPTION") return { type: "corrupt", reason };
    if (code === "LEVEL_IO_ERROR") return fromIoError(reason);
    if ("syscall" in error && code !== "") return { type: "disk", code, reason };
  }
  throw thrown;
};

/** LevelDB passes on the text of strerror(3), not the number. */
const codesByText: readonly (readonly [text: string, code: string])[] = [
  ["No space left on device", "ENOSPC"],
  ["Disk quota exceeded", "EDQUOT"],
  ["Read-only file system", "EROFS"],
  ["Permission denied", "EACCES"],
  ["Operation not permitted", "EPERM"],
  ["Input/output error", "EIO"],
  ["Too many open files", "EMFILE"],
  ["File too large", "EFBIG"],
  ["Not a directory", "ENOTDIR"],
];

const fromIoError = (reason: string): LocalLogError => {
  if (reason.includes("No such file or directory"))
    return { type: "corrupt", reason: `a file of the database is missing: ${reason}` };
  const code = codesByText.find(([text]) => reason.includes(text))?.[1] ?? "UNKNOWN";
  return { type: "disk", code, reason };
};

/** Message of whatever was thrown, with its causes: LevelDB's own reason is the last. */
export const reasonOf = (thrown: unknown): string => {
  const messages: string[] = [];
  for (let error = thrown; error instanceof Error; error = error.cause) messages.push(error.message);
  return messages.length > 0 ? messages.join(": ") : String(thrown);
};
