import type { FieldFault } from "./field-fault.ts";
import { findTextFault } from "./text-fault.ts";
import type { TextBounds } from "./text-fault.ts";

/** What something is called and described by; it never changes a number. */
export type Labels = Readonly<{
  name: string;
  description: string | null;
  metadata: Readonly<Record<string, string>> | null;
}>;

/** Upper bounds, inclusive. Characters are code points. Lower bounds: name and description 1 (a missing one is null). */
export const labelLimits: Readonly<{
  nameCharactersMax: number;
  descriptionCharactersMax: number;
  metadataEntriesMax: number;
  metadataKeyCharactersMax: number;
  metadataValueCharactersMax: number;
}> = {
  nameCharactersMax: 256,
  descriptionCharactersMax: 1_024,
  metadataEntriesMax: 50,
  metadataKeyCharactersMax: 64,
  metadataValueCharactersMax: 1_024,
};

/**
 * All faults of the labels of one thing. `noun` is how messages name the thing; `prefix` goes before each field
 * (`$.phases[?(@.key=='pro')].`). Fields: name, description, metadata, metadata.KEY.
 */
export const findLabelFaults = (
  { name, description, metadata }: Labels,
  { noun, prefix }: Readonly<{ noun: string; prefix: string }>,
): readonly FieldFault[] => {
  const nameBounds = characters(1, labelLimits.nameCharactersMax);
  const descriptionBounds = characters(1, labelLimits.descriptionCharactersMax);
  return [
    ...present(findTextFault(name, { field: `${prefix}name`, label: `${noun} name`, bounds: nameBounds })),
    ...(description === null
      ? []
      : present(
          findTextFault(description, {
            field: `${prefix}description`,
            label: `${noun} description`,
            bounds: descriptionBounds,
          }),
        )),
    ...(metadata === null ? [] : findMetadataFaults(metadata, prefix)),
  ];
};

const findMetadataFaults = (metadata: Readonly<Record<string, string>>, prefix: string): readonly FieldFault[] => {
  const entries = Object.entries(metadata);
  if (entries.length > labelLimits.metadataEntriesMax) {
    const message = `metadata must not have more than ${labelLimits.metadataEntriesMax} entries`;
    return [{ field: `${prefix}metadata`, code: "too_many", message }];
  }
  return entries.flatMap(([key, value]) => {
    const field = `${prefix}metadata.${key}`;
    const keyBounds = characters(1, labelLimits.metadataKeyCharactersMax);
    const valueBounds = characters(0, labelLimits.metadataValueCharactersMax);
    return [
      ...present(findTextFault(key, { field, label: "metadata key", bounds: keyBounds })),
      ...present(findTextFault(value, { field, label: `metadata ${key}`, bounds: valueBounds })),
    ];
  });
};

const characters = (min: number, max: number): TextBounds => ({ min, max, unit: "characters" });

const present = (fault: FieldFault | null): readonly FieldFault[] => (fault === null ? [] : [fault]);
