/**
 * One reason why a definition is refused. `field`: the member's name, for a map's entry `map.key`. `code` is stable,
 * `message` is for people.
 */
export type FieldFault = Readonly<{ field: string; code: string; message: string }>;
