/** The embedded ClickHouse cannot be used: it was stopped, or it was not back within the time the caller would wait. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";
}

/** One readable line out of anything thrown. */
export const toLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " · ");
