import { z } from "@hono/zod-openapi";
import type { ListedEvent } from "@meter/core";
import { formatInstant } from "@meter/primitives";

/** How a listed event looks in the OpenAPI document; the text itself is made by toApiEventJson. */
export const listedEventSchema: z.ZodType<object> = z
  .object({
    event: z.object({
      specversion: z.string(),
      id: z.string(),
      source: z.string(),
      type: z.string(),
      subject: z.string(),
      time: z.string().openapi({ format: "date-time" }),
      datacontenttype: z.string().optional(),
      data: z.record(z.string(), z.unknown()).nullish(),
    }),
    customerId: z.string().optional(),
    ingestedAt: z.string().openapi({ format: "date-time" }),
    storedAt: z.string().openapi({ format: "date-time" }),
    validationError: z.string().optional(),
  })
  .openapi("IngestedEvent");

/**
 * JSON text of a listed event. Its data is put in as it was sent, so that no number goes through a double: it is JSON
 * already, which the parser of events guarantees.
 */
export const toApiEventJson = ({ event, customerId, storedAt, faults }: ListedEvent): string => {
  const members = [
    `"event":{"specversion":"1.0","id":${text(event.id)},"source":${text(event.source)},"type":${text(event.type)},"subject":${text(event.subject)},` +
      `"time":${text(formatInstant(event.time))}${event.data === null ? "" : `,"datacontenttype":"application/json","data":${event.data}`}}`,
    ...(customerId === null ? [] : [`"customerId":${text(customerId)}`]),
    `"ingestedAt":${text(formatInstant(event.ingestedAt))}`,
    `"storedAt":${text(formatInstant(storedAt))}`,
    ...(faults.length === 0 ? [] : [`"validationError":${text(faults.join("\n"))}`]),
  ];
  return `{${members.join(",")}}`;
};

const text = (value: string): string => JSON.stringify(value);
