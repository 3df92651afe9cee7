/** The schema of an event in the OpenAPI document. Requests are not checked with it but by the parser of @meter/events, which is faster and lossless. */
const event = {
  type: "object",
  required: ["id", "source", "specversion", "type", "subject"],
  properties: {
    id: {
      type: "string",
      minLength: 1,
      description:
        "With `source` it names the event: a second event of the same two is the same event and does not count again.",
    },
    source: { type: "string", minLength: 1 },
    specversion: { type: "string", enum: ["1.0", "0.3"] },
    type: { type: "string", minLength: 1, description: "Which meters count the event." },
    subject: { type: "string", minLength: 1, description: "Who used something." },
    time: { type: "string", format: "date-time", nullable: true, description: "When it was used. Without it: now." },
    datacontenttype: {
      type: "string",
      nullable: true,
      description: "`application/json`, with any parameters. Without it: the same.",
    },
    data: {
      type: "object",
      nullable: true,
      additionalProperties: true,
      description: "What meters read. Numbers are kept digit by digit.",
    },
  },
  example: {
    specversion: "1.0",
    id: "5c10fade-1c9e-4d6c-8275-c52c36731d3c",
    source: "api-gateway",
    type: "request",
    subject: "customer-1",
    time: "2026-01-01T00:00:00Z",
    data: { duration_ms: "12.5", route: "/hello" },
  },
} as const;

const events = { type: "array", items: event } as const;

type Body = { schema: object };

export const eventBodies: Record<
  "application/cloudevents+json" | "application/cloudevents-batch+json" | "application/json",
  Body
> = {
  "application/cloudevents+json": { schema: event },
  "application/cloudevents-batch+json": { schema: events },
  "application/json": { schema: { oneOf: [event, events] } },
};
