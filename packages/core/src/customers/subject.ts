import type { Instant, Ulid } from "@meter/primitives";

export type SubjectId = Ulid & { readonly __subject: "SubjectId" };

/** A known event subject. Events need none: it only carries what people call it. */
export type Subject = Readonly<{
  id: SubjectId;
  namespace: string;
  key: string;
  displayName: string | null;
  metadata: Readonly<Record<string, unknown>> | null;
  stripeCustomerId: string | null;
  currentPeriodStart: Instant | null;
  currentPeriodEnd: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
  deletedAt: Instant | null;
}>;

/** Absent: unchanged. Null: cleared. */
export type SubjectFields = Readonly<{
  key: string;
  displayName?: string | null;
  metadata?: Readonly<Record<string, unknown>> | null;
  stripeCustomerId?: string | null;
  currentPeriodStart?: Instant | null;
  currentPeriodEnd?: Instant | null;
}>;
