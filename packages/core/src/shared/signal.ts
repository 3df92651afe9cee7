/** An AbortSignal where the platform's types have one; else, for whoever compiles against the language alone, what is used of it. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer S } }
  ? S
  : Readonly<{
      aborted: boolean;
      addEventListener: (type: "abort", listener: () => void, options?: Readonly<{ once?: boolean }>) => void;
      removeEventListener: (type: "abort", listener: () => void) => void;
    }>;
