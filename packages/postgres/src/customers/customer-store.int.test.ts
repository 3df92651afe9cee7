import { randomBytes } from "node:crypto";
import type { Customer, CustomerFields, CustomerStore } from "@meter/core";
import { isUlid } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { at, nextCustomerId, toCustomer } from "../fixtures.test-support.ts";
import { usePostgres } from "../use-postgres.test-support.ts";

const postgres = usePostgres();

const create = async (fields: Partial<Customer>): Promise<Customer> => {
  const customer = toCustomer(fields);
  expect(await postgres().store.customers.create(customer)).toEqual({ ok: true, value: customer });
  return customer;
};

const fieldsOf = ({
  key,
  name,
  description,
  metadata,
  primaryEmail,
  currency,
  billingAddress,
  subjectKeys,
}: Customer): CustomerFields => ({
  key,
  name,
  description,
  metadata,
  primaryEmail,
  currency,
  billingAddress,
  subjectKeys,
});

const conflict = (message: string, conflictingId: string | null) => ({
  ok: false,
  error: { type: "conflict", message, conflictingId },
});

describe("create and find", () => {
  test("every field comes back, by id and by key; subject keys keep their order", async () => {
    const { customers } = postgres().store;
    const customer = await create({
      namespace: "fields",
      key: "acme \u{1F9FE}",
      name: "Acme",
      description: "d",
      metadata: { b: "2", a: "nul\0", "1": "" },
      primaryEmail: "a@example.com",
      currency: "EUR",
      billingAddress: {
        country: "DE",
        postalCode: "10115",
        state: null,
        city: "Berlin",
        line1: "x",
        line2: null,
        phoneNumber: null,
      },
      subjectKeys: ["z", "a", 'quo"ted', "{}", "comma,", "back\\slash", "NULL", ""],
      createdAt: at(1),
      updatedAt: at(2),
    });
    expect(await customers.find("fields", customer.id)).toEqual(customer);
    expect(await customers.find("fields", customer.key ?? "")).toEqual(customer);
  });

  test("the longest subjects that an event can have fit, also 1,000 of them", async () => {
    const { customers, subjects } = postgres().store;
    const texts = Array.from({ length: 1_000 }, () => randomBytes(512).toString("hex"));
    const customer = await create({ namespace: "long", key: texts[0] ?? "", subjectKeys: texts });
    expect((await customers.attribute("long", texts)).size).toBe(1_000);
    expect(await customers.find("long", texts[0] ?? "")).toEqual(customer);
    expect(await subjects.list("long")).toHaveLength(1_000);
  });

  test("a subject key is no key: it finds nobody", async () => {
    await create({ namespace: "not_a_key", key: "k", subjectKeys: ["s"] });
    expect(await postgres().store.customers.find("not_a_key", "s")).toBeNull();
  });

  test("another namespace, an unknown key and one with NUL answer null", async () => {
    const { customers } = postgres().store;
    const customer = await create({ namespace: "isolated", key: "k", subjectKeys: ["s"] });
    for (const text of [customer.id, "k"]) expect(await customers.find("elsewhere", text)).toBeNull();
    expect(await customers.find("isolated", "other")).toBeNull();
    expect(await customers.find("isolated", "k\0")).toBeNull();
    expect(await customers.findMany("elsewhere", [customer.id])).toEqual([]);
    await create({ namespace: "isolated_too", key: "k", subjectKeys: ["s"] }); // no conflict
  });

  test("subjects are made for its subject keys, once", async () => {
    const { customers, subjects } = postgres().store;
    const customer = await create({ namespace: "subjects", key: "k", subjectKeys: ["s2", "s1"], createdAt: at(5) });
    const made = await subjects.list("subjects");
    expect(made.map(({ key }) => key).toSorted()).toEqual(["s1", "s2"]);
    expect(made.every(({ id, createdAt }) => isUlid(id) && createdAt === at(5))).toBe(true);
    await customers.update("subjects", customer.id, { ...fieldsOf(customer), subjectKeys: ["s1", "s3"] }, at(6));
    const after = await subjects.list("subjects");
    expect(after.map(({ key }) => key).toSorted()).toEqual(["s1", "s2", "s3"]);
    expect(after).toEqual(expect.arrayContaining([...made])); // untouched
  });

  test("findMany answers those that exist, deleted ones, too", async () => {
    const { customers } = postgres().store;
    const one = await create({ namespace: "many", key: "one" });
    const two = await create({ namespace: "many", key: "two" });
    await customers.delete("many", one.id, at(9));
    expect(await customers.findMany("many", [two.id, nextCustomerId(), one.id])).toEqual([
      { ...one, deletedAt: at(9) },
      two,
    ]);
    expect(await customers.findMany("many", [])).toEqual([]);
  });
});

describe("what a customer is known by belongs to one live customer", () => {
  test.each<{ theirs: Partial<Customer>; ours: Partial<Customer>; message: string }>([
    { theirs: { key: "x" }, ours: { key: "x" }, message: 'a customer with key "x" exists already' },
    {
      theirs: { subjectKeys: ["x"] },
      ours: { subjectKeys: ["y", "x"] },
      message: 'a customer with subject key "x" exists already',
    },
    { theirs: { subjectKeys: ["x"] }, ours: { key: "x" }, message: 'key "x" is a subject key of another customer' },
    { theirs: { key: "x" }, ours: { subjectKeys: ["x"] }, message: 'subject key "x" is the key of another customer' },
  ])("$message", async ({ theirs, ours, message }) => {
    const { customers, subjects } = postgres().store;
    const namespace = `taken ${message}`;
    const other = await create({ namespace, ...theirs });
    const second = toCustomer({ namespace, ...ours });
    expect(await customers.create(second)).toEqual(conflict(message, other.id));
    expect(await customers.find(namespace, second.id)).toBeNull();
    expect(await customers.attribute(namespace, ["y"])).toEqual(new Map());
    expect(await subjects.find(namespace, "y")).toBeNull();

    const third = await create({ namespace, key: "third" });
    expect(await customers.update(namespace, third.id, { ...fieldsOf(third), ...ours }, at(9))).toEqual(
      conflict(message, other.id),
    );
    expect(await customers.find(namespace, third.id)).toEqual(third);
    expect(await customers.find(namespace, "third")).toEqual(third);

    await customers.delete(namespace, other.id, at(9));
    expect(await customers.create(second)).toEqual({ ok: true, value: second });
  });

  test("the id of another customer is neither a key nor a subject key", async () => {
    const { customers } = postgres().store;
    const other = await create({ namespace: "ids", key: "other" });
    expect(await customers.create(toCustomer({ namespace: "ids", key: other.id }))).toEqual(
      conflict(`key "${other.id}" is the id of another customer`, other.id),
    );
    expect(await customers.create(toCustomer({ namespace: "ids", subjectKeys: [other.id] }))).toEqual(
      conflict(`subject key "${other.id}" is the id of another customer`, other.id),
    );
  });

  test("an id that is another customer's key is refused, too", async () => {
    const id = nextCustomerId();
    const other = await create({ namespace: "ids_too", key: id });
    expect(await postgres().store.customers.create(toCustomer({ namespace: "ids_too", id }))).toEqual(
      conflict(`id "${id}" is the key of another customer`, other.id),
    );
  });

  test("its own key, subject keys and id may be equal", async () => {
    const { customers } = postgres().store;
    const id = nextCustomerId();
    const customer = await create({ namespace: "own", id, key: "x", subjectKeys: ["x", id, "y"] });
    expect(await customers.attribute("own", ["x", "y", id])).toEqual(
      new Map([
        ["x", id],
        ["y", id],
        [id, id],
      ]),
    );
    expect(await customers.find("own", "x")).toEqual(customer);
  });

  test("a live customer's key that is the id of a deleted one finds the live one", async () => {
    const { customers } = postgres().store;
    const gone = await create({ namespace: "shadow", key: "gone" });
    await customers.delete("shadow", gone.id, at(1));
    const live = await create({ namespace: "shadow", key: gone.id });
    expect(await customers.find("shadow", gone.id)).toEqual(live);
  });

  test("of ten creations of one key at once exactly one wins", async () => {
    const { customers } = postgres().store;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        customers.create(toCustomer({ namespace: "race", ...(n % 2 ? { key: "x" } : { subjectKeys: ["x"] }) })),
      ),
    );
    const winners = answers.flatMap((answer) => (answer.ok ? [answer.value.id] : []));
    expect(winners).toHaveLength(1);
    expect(answers.flatMap((answer) => (answer.ok ? [] : [answer.error.conflictingId]))).toEqual(
      Array(9).fill(winners[0]),
    );
    expect(await customers.attribute("race", ["x"])).toEqual(new Map([["x", winners[0]]]));
  });

  test("many subject keys in opposite orders at once: one customer has all of them", async () => {
    const { customers } = postgres().store;
    const keys = Array.from({ length: 30 }, (_, n) => `s${n}`);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        customers.create(toCustomer({ namespace: "orders", subjectKeys: n % 2 ? keys : keys.toReversed() })),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set((await customers.attribute("orders", keys)).values()).size).toBe(1);
  });

  test("two customers that swap their keys at once do not hang: neither gets what the other still has", async () => {
    const { customers } = postgres().store;
    const a = await create({ namespace: "swap", key: "a" });
    const b = await create({ namespace: "swap", key: "b" });
    const answers = await Promise.all([
      customers.update("swap", a.id, { ...fieldsOf(a), key: "b" }, at(1)),
      customers.update("swap", b.id, { ...fieldsOf(b), key: "a" }, at(1)),
    ]);
    expect(answers.filter((answer) => answer?.ok)).toHaveLength(0);
    expect((await customers.find("swap", "a"))?.id).toBe(a.id);
    expect((await customers.find("swap", "b"))?.id).toBe(b.id);
  });
});

describe("update", () => {
  test("replaces every field; keys that were given up are free", async () => {
    const { customers } = postgres().store;
    const customer = await create({
      namespace: "update",
      key: "old",
      subjectKeys: ["s1", "s2"],
      currency: "EUR",
      createdAt: at(1),
    });
    const fields = { ...fieldsOf(toCustomer()), key: "new", name: "New", subjectKeys: ["s2", "old"] };
    expect(await customers.update("update", customer.id, fields, at(9))).toEqual({
      ok: true,
      value: { ...customer, ...fields, updatedAt: at(9) },
    });
    expect(await customers.find("update", "new")).toEqual({ ...customer, ...fields, updatedAt: at(9) });
    expect(await customers.find("update", "old")).toBeNull(); // a subject key by now
    expect(await customers.attribute("update", ["old", "new", "s1", "s2"])).toEqual(
      new Map([
        ["old", customer.id],
        ["new", customer.id],
        ["s2", customer.id],
      ]),
    );
    const next = await create({ namespace: "update", subjectKeys: ["s1"] });
    expect(await customers.attribute("update", ["s1"])).toEqual(new Map([["s1", next.id]]));
  });

  test("a deleted, an unknown and another namespace's customer are not there", async () => {
    const { customers } = postgres().store;
    const customer = await create({ namespace: "absent", key: "k" });
    expect(await customers.update("elsewhere", customer.id, fieldsOf(customer), at(9))).toBeNull();
    expect(await customers.update("absent", nextCustomerId(), fieldsOf(customer), at(9))).toBeNull();
    await customers.delete("absent", customer.id, at(5));
    expect(await customers.update("absent", customer.id, fieldsOf(customer), at(9))).toBeNull();
    expect(await customers.find("absent", customer.id)).toEqual({ ...customer, deletedAt: at(5) });
  });
});

describe("delete and attribute", () => {
  test("a deleted customer is found by id, not by key, and nothing is attributed to it", async () => {
    const { customers } = postgres().store;
    const customer = await create({ namespace: "deleted", key: "k", subjectKeys: ["s"] });
    expect(await customers.delete("elsewhere", customer.id, at(5))).toBe(false);
    expect(await customers.delete("deleted", customer.id, at(5))).toBe(true);
    expect(await customers.delete("deleted", customer.id, at(6))).toBe(false);
    expect(await customers.find("deleted", customer.id)).toEqual({ ...customer, deletedAt: at(5) });
    expect(await customers.find("deleted", "k")).toBeNull();
    expect(await customers.attribute("deleted", ["k", "s"])).toEqual(new Map());
    const next = await create({ namespace: "deleted", key: "s", subjectKeys: ["k"] });
    expect(await customers.attribute("deleted", ["k", "s"])).toEqual(
      new Map([
        ["k", next.id],
        ["s", next.id],
      ]),
    );
  });

  test("by key, else by subject key, never by id; subjects may hold anything", async () => {
    const { customers } = postgres().store;
    const a = await create({ namespace: "attribute", key: "ka", subjectKeys: ["s1", "s2"] });
    const b = await create({ namespace: "attribute", subjectKeys: ["s3", 'odd"{},\\'] });
    await create({ namespace: "attribute_too", key: "elsewhere" });
    expect(
      await customers.attribute("attribute", [
        "ka",
        "s2",
        "s3",
        "nobody",
        a.id,
        "nul\0",
        'odd"{},\\',
        "elsewhere",
        "ka",
      ]),
    ).toEqual(
      new Map([
        ["ka", a.id],
        ["s2", a.id],
        ["s3", b.id],
        ['odd"{},\\', b.id],
      ]),
    );
    expect(await customers.attribute("attribute", [])).toEqual(new Map());
  });
});

describe("list", () => {
  const list = async (namespace: string, options: Partial<Parameters<CustomerStore["list"]>[1]> = {}) => {
    const page = await postgres().store.customers.list(namespace, {
      page: 1,
      pageSize: 100,
      includeDeleted: false,
      order: { by: "id", direction: "asc" },
      ...options,
    });
    return { ids: page.items.map(({ id }) => id), totalCount: page.totalCount };
  };

  test("pages count all that match; a page past the end is empty", async () => {
    const made: Customer[] = [];
    for (let n = 0; n < 5; n++) made.push(await create({ namespace: "pages", key: `k${n}` }));
    const ids = made.map(({ id }) => id);
    expect(await list("pages", { pageSize: 2 })).toEqual({ ids: ids.slice(0, 2), totalCount: 5 });
    expect(await list("pages", { pageSize: 2, page: 3 })).toEqual({ ids: ids.slice(4), totalCount: 5 });
    expect(await list("pages", { pageSize: 2, page: 4 })).toEqual({ ids: [], totalCount: 5 });
    expect(await list("nobody")).toEqual({ ids: [], totalCount: 0 });
    expect(
      (
        await postgres().store.customers.list("pages", {
          page: 1,
          pageSize: 1,
          includeDeleted: false,
          order: { by: "id", direction: "asc" },
        })
      ).items,
    ).toEqual([made[0]]);
  });

  test("orders by id, name and creation in both directions, equal ones by id", async () => {
    const a = (await create({ namespace: "order", name: "b", createdAt: at(2) })).id;
    const b = (await create({ namespace: "order", name: "B", createdAt: at(1) })).id;
    const c = (await create({ namespace: "order", name: "b", createdAt: at(1) })).id;
    const expected = { id: [a, b, c], name: [b, a, c], createdAt: [b, c, a] } as const;
    for (const by of ["id", "name", "createdAt"] as const) {
      expect((await list("order", { order: { by, direction: "asc" } })).ids, by).toEqual(expected[by]);
      expect((await list("order", { order: { by, direction: "desc" } })).ids, by).toEqual(expected[by].toReversed());
    }
  });

  test("deleted ones only on demand", async () => {
    const gone = await create({ namespace: "gone", key: "a" });
    const live = await create({ namespace: "gone", key: "b" });
    await postgres().store.customers.delete("gone", gone.id, at(5));
    expect(await list("gone")).toEqual({ ids: [live.id], totalCount: 1 });
    expect(await list("gone", { includeDeleted: true })).toEqual({ ids: [gone.id, live.id], totalCount: 2 });
  });

  test("filters contain, ignore case by Unicode, and take % _ and \\ as they are", async () => {
    const a = (
      await create({
        namespace: "filters",
        key: "Key_100%",
        name: "École \\ Straße",
        primaryEmail: "Ada@Example.com",
        subjectKeys: ["Sub-1", "sub-2"],
      })
    ).id;
    const b = (
      await create({ namespace: "filters", key: "keyX1000", name: "ecole", primaryEmail: null, subjectKeys: ["other"] })
    ).id;
    const c = (await create({ namespace: "filters", key: null, name: "Third", subjectKeys: ["SUB_3"] })).id;
    const ids = async (options: Parameters<typeof list>[1]) => (await list("filters", options)).ids;
    expect(await ids({ key: "KEY" })).toEqual([a, b]);
    expect(await ids({ key: "y_1" })).toEqual([a]);
    expect(await ids({ key: "0%" })).toEqual([a]);
    expect(await ids({ key: "%" })).toEqual([a]);
    expect(await ids({ name: "éCOLE" })).toEqual([a]);
    expect(await ids({ name: "\\" })).toEqual([a]);
    expect(await ids({ name: "STRA" })).toEqual([a]);
    expect(await ids({ primaryEmail: "@example" })).toEqual([a]);
    expect(await ids({ subject: "sub" })).toEqual([a, c]);
    expect(await ids({ subject: "_" })).toEqual([c]);
    expect(await ids({ subject: "sub", key: "key" })).toEqual([a]);
    expect(await ids({ name: "" })).toEqual([a, b, c]);
    expect(await ids({ name: "nul\0" })).toEqual([]);
    expect((await list("filters", { key: "key", pageSize: 1 })).totalCount).toBe(2);
  });
});
