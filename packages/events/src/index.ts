export { eventLimits } from "./limits.ts";
export type { AcceptedEvent, UsageEvent } from "./usage-event.ts";
export { parseEvents } from "./parse-events.ts";
export type { EventsError, EventsShape } from "./parse-events.ts";
export type { EventFault, EventFaultCode } from "./event-fault.ts";
export { createEventKey } from "./event-key.ts";
export type { EventKey } from "./event-key.ts";
export { decodeAcceptedEvent, encodeAcceptedEvent } from "./accepted-event-codec.ts";
