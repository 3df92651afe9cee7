export { aggregations } from "./meter.ts";
export type { Aggregation, Meter, MeterDefinition, MeterId, MeterLabels } from "./meter.ts";
export type { FieldFault } from "./field-fault.ts";
export {
  checkMeterDefinition,
  checkMeterKey,
  checkMeterLabels,
  dimensionKeyPattern,
  keyPattern,
  meterLimits,
  sameGroupBy,
} from "./meter-rules.ts";
