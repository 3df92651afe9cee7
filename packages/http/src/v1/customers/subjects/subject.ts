import { z } from "@hono/zod-openapi";
import type { Subject } from "@meter/core";
import { formatInstant } from "@meter/primitives";

export type ApiSubject = {
  id: string;
  key: string;
  displayName?: string | undefined;
  metadata: Record<string, unknown>;
  stripeCustomerId?: string | undefined;
  currentPeriodStart?: string | undefined;
  currentPeriodEnd?: string | undefined;
  createdAt: string;
  updatedAt: string;
  deletedAt?: string | undefined;
};

export const subjectSchema: z.ZodType<ApiSubject> = z
  .object({
    id: z.string(),
    key: z.string(),
    displayName: z.string().optional(),
    metadata: z.record(z.string(), z.unknown()),
    stripeCustomerId: z.string().optional(),
    currentPeriodStart: z.string().openapi({ format: "date-time" }).optional(),
    currentPeriodEnd: z.string().openapi({ format: "date-time" }).optional(),
    createdAt: z.string().openapi({ format: "date-time" }),
    updatedAt: z.string().openapi({ format: "date-time" }),
    deletedAt: z.string().openapi({ format: "date-time" }).optional(),
  })
  .openapi("Subject");

export const toApiSubject = (subject: Subject): ApiSubject => ({
  id: subject.id,
  key: subject.key,
  ...(subject.displayName === null ? {} : { displayName: subject.displayName }),
  metadata: { ...subject.metadata },
  ...(subject.stripeCustomerId === null ? {} : { stripeCustomerId: subject.stripeCustomerId }),
  ...(subject.currentPeriodStart === null ? {} : { currentPeriodStart: formatInstant(subject.currentPeriodStart) }),
  ...(subject.currentPeriodEnd === null ? {} : { currentPeriodEnd: formatInstant(subject.currentPeriodEnd) }),
  createdAt: formatInstant(subject.createdAt),
  updatedAt: formatInstant(subject.updatedAt),
  ...(subject.deletedAt === null ? {} : { deletedAt: formatInstant(subject.deletedAt) }),
});

export const subjectPath: z.ZodObject<{ subjectIdOrKey: z.ZodString }> = z.object({
  subjectIdOrKey: z.string().min(1).max(1_024),
});
