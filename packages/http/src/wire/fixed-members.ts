import type { FieldFault } from "@meter/catalog";

/**
 * Members that are for good once a thing is made: a change of the others may send them back as they were read, and is refused
 * when it says otherwise.
 */
export const findChangedMembers = <Name extends string>(
  names: readonly Name[],
  sent: Readonly<Partial<Record<Name, string | undefined>>>,
  stored: Readonly<Partial<Record<Name, string | undefined>>>,
): readonly FieldFault[] =>
  names.flatMap((field) => {
    if (sent[field] === undefined || sent[field] === stored[field]) return [];
    return [{ field, code: "immutable", message: `${field} is for good: it cannot be changed` }];
  });
