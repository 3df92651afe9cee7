import type { FieldFault } from "@meter/catalog";
import { ok, type Result } from "@meter/primitives";
import type { Clock } from "../shared/clock.ts";
import type { SubjectStore } from "./subject-store.ts";
import type { Subject, SubjectFields, SubjectId } from "./subject.ts";
import { checkSubjectKey, checkText, metadataEntriesMax } from "../shared/check-text.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { IdSource } from "../shared/sources.ts";

/** Creates subjects or changes the ones of the same key, in the order given. Absent fields stay, null clears. */
export const upsertSubjects =
  (deps: Readonly<{ subjects: SubjectStore; clock: Clock; ids: IdSource }>) =>
  async (namespace: string, fields: readonly SubjectFields[]): Promise<Result<readonly Subject[], InvalidInput>> => {
    const faults = fields.flatMap((subject, index) => checkSubject(`[${index}]`, subject));
    if (faults.length > 0) return invalidInput(...faults);
    const ids = fields.map(() => deps.ids.ulid() as SubjectId); // new ULIDs become ids of those that are new
    return ok(await deps.subjects.upsert(namespace, fields, ids, deps.clock.now()));
  };

const checkSubject = (at: string, subject: SubjectFields): readonly FieldFault[] => [
  ...checkSubjectKey(`${at}.key`, subject.key),
  ...checkText(`${at}.displayName`, subject.displayName ?? null, { min: 0, max: 1_024 }),
  ...checkText(`${at}.stripeCustomerId`, subject.stripeCustomerId ?? null, { min: 1, max: 256 }),
  ...(typeof subject.stripeCustomerId === "string" && !subject.stripeCustomerId.startsWith("cus_")
    ? [fault(`${at}.stripeCustomerId`, "invalid_stripe_customer", "stripeCustomerId must start with cus_")]
    : []),
  ...(Object.keys(subject.metadata ?? {}).length > metadataEntriesMax
    ? [fault(`${at}.metadata`, "too_many", `metadata must have at most ${metadataEntriesMax} entries`)]
    : []),
];
