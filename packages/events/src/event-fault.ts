export type EventFaultCode =
  | "required"
  | "not_a_string"
  | "empty"
  | "too_long"
  | "not_well_formed"
  | "unsupported_specversion"
  | "invalid_time"
  | "time_out_of_range"
  | "not_an_object"
  | "unsupported_datacontenttype"
  | "invalid_base64"
  | "illegal_attribute"
  | "duplicate_member"
  | "illegal_character"
  | "invalid_encoding"
  | "not_an_event";

/**
 * What is wrong with one member of one event. `index` counts from 0 in the batch; `field` is the member's name, "" for
 * the event itself; `message` continues a sentence that begins with the field: "must not be empty".
 */
export type EventFault = Readonly<{
  index: number;
  field: string;
  code: EventFaultCode;
  message: string;
}>;

/** Counts all faults of a batch and keeps the first ones, so that a hostile batch costs no memory. */
export type FaultList = {
  readonly kept: EventFault[];
  total: number;
};

export const faultsKeptMax = 100;

export const createFaultList = (): FaultList => ({ kept: [], total: 0 });

export const addFault = (list: FaultList, fault: EventFault): void => {
  list.total++;
  if (list.kept.length < faultsKeptMax) list.kept.push(fault);
};
