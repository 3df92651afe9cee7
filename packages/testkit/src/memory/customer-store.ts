import type { Customer, CustomerFields, CustomerId, CustomerStore } from "@meter/core";
import { err, ok, type Result } from "@meter/primitives";

export const createMemoryCustomers = (): CustomerStore => {
  const customers = new Map<CustomerId, Customer>();
  const of = (namespace: string) => [...customers.values()].filter((customer) => customer.namespace === namespace);
  const live = (namespace: string) => of(namespace).filter(({ deletedAt }) => deletedAt === null);

  const checkConflict = (namespace: string, id: CustomerId, fields: CustomerFields): Result<null, Conflict> => {
    const names = [...(fields.key === null ? [] : [fields.key]), ...fields.subjectKeys];
    const others = live(namespace).filter((customer) => customer.id !== id);
    const other = others.find((customer) =>
      [customer.id, customer.key, ...customer.subjectKeys].some((name) => name !== null && names.includes(name)),
    );
    return other === undefined
      ? ok(null)
      : err({ type: "conflict", message: "a key or subject key is used by another customer", conflictingId: other.id });
  };

  return {
    create: async (customer) => {
      const free = checkConflict(customer.namespace, customer.id, customer);
      if (!free.ok) return free;
      customers.set(customer.id, customer);
      return ok(customer);
    },
    find: async (namespace, idOrKey) =>
      of(namespace).find(({ id }) => id === idOrKey) ?? live(namespace).find(({ key }) => key === idOrKey) ?? null,
    findMany: async (namespace, ids) => of(namespace).filter(({ id }) => ids.includes(id)),
    list: async (namespace, options) => {
      const contains = (text: string | null, part: string | undefined) =>
        part === undefined || (text ?? "").toLowerCase().includes(part.toLowerCase());
      const all = (options.includeDeleted ? of(namespace) : live(namespace)).filter(
        (customer) =>
          contains(customer.key, options.key) &&
          contains(customer.name, options.name) &&
          contains(customer.primaryEmail, options.primaryEmail) &&
          (options.subject === undefined || customer.subjectKeys.some((key) => contains(key, options.subject))),
      );
      const { by, direction } = options.order;
      const sorted = all.toSorted((a, b) => {
        if (a[by] === b[by]) return a.id < b.id ? -1 : 1;
        return a[by] < b[by] === (direction === "asc") ? -1 : 1;
      });
      const start = (options.page - 1) * options.pageSize;
      return { items: sorted.slice(start, start + options.pageSize), totalCount: all.length };
    },
    update: async (namespace, id, fields, updatedAt) => {
      const found = live(namespace).find((customer) => customer.id === id);
      if (found === undefined) return null;
      const free = checkConflict(namespace, id, fields);
      if (!free.ok) return free;
      const updated = { ...found, ...fields, updatedAt };
      customers.set(id, updated);
      return ok(updated);
    },
    delete: async (namespace, id, at) => {
      const found = live(namespace).find((customer) => customer.id === id);
      if (found === undefined) return false;
      customers.set(id, { ...found, updatedAt: at, deletedAt: at });
      return true;
    },
    attribute: async (namespace, subjects) =>
      new Map(
        subjects.flatMap((subject) => {
          const owner =
            live(namespace).find(({ key }) => key === subject) ??
            live(namespace).find(({ subjectKeys }) => subjectKeys.includes(subject));
          return owner === undefined ? [] : [[subject, owner.id] as const];
        }),
      ),
  };
};

type Conflict = Extract<Awaited<ReturnType<CustomerStore["create"]>>, { ok: false }>["error"];
