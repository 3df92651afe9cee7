import type { Result } from "@meter/primitives";
import { type Namespace, namespaceKeyPattern } from "./namespace.ts";
import type { Clock } from "../shared/clock.ts";
import type { Conflict } from "../shared/conflict.ts";
import type { NamespaceStore } from "./namespace-store.ts";
import { checkText } from "../shared/check-text.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";

/** `name` null: the key. */
export const createNamespace =
  (deps: Readonly<{ namespaces: NamespaceStore; clock: Clock }>) =>
  async (
    input: Readonly<{ key: string; name: string | null }>,
  ): Promise<Result<Namespace, InvalidInput | Conflict>> => {
    const faults = [
      ...(namespaceKeyPattern.test(input.key)
        ? []
        : [
            fault(
              "key",
              "invalid_key",
              "key must be lower-case words of letters and digits joined by - or _, at most 64 characters",
            ),
          ]),
      ...checkText("name", input.name, { min: 1, max: 256 }),
    ];
    if (faults.length > 0) return invalidInput(...faults);
    return deps.namespaces.create({ key: input.key, name: input.name ?? input.key, createdAt: deps.clock.now() });
  };
