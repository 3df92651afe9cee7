export type Conflict = Readonly<{ type: "conflict"; message: string; conflictingId: string | null }>;
