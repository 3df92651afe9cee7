import type { ControlUseCases, InvoiceView } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import type { HttpContext } from "../../../env.ts";
import { problem, problems, type ProblemResponse } from "../../../problems/problem.ts";
import { fromFaults, refuse } from "../../../problems/refuse.ts";
import { notSupportedYet } from "../../../wire/not-supported-yet.ts";
import { extendedStatusAt, invoicePath } from "./invoice.ts";

type Refused =
  | "invoice_cannot_advance"
  | "invoice_action_not_available"
  | "invoice_cannot_be_edited"
  | "not_supported_yet";

type Action = Readonly<{
  method: "post" | "put" | "delete";
  suffix: string;
  operationId: string;
  summary: string;
  refuse: (c: HttpContext, view: InvoiceView) => ProblemResponse<Refused>;
}>;

/** Actions of the reference that no invoice of ours takes so far: each says why, as the reference does where it can. */
export const addRefusedActions = (app: HttpApp, deps: Pick<ControlUseCases, "getInvoice">): void => {
  for (const { method, suffix, operationId, summary, refuse: refuseAction } of actions) {
    const route = defineRoute(
      "billing:write",
      {
        method,
        path: `/api/v1/billing/invoices/{invoiceId}${suffix}`,
        operationId,
        tags: ["Billing"],
        summary,
        request: { params: invoicePath },
        responses: problems(400, 404, 409),
      },
      "raw",
    );
    app.openapi(route, async (c) => {
      const found = await deps.getInvoice(c.var.principal.namespace, c.req.valid("param").invoiceId);
      return found.ok ? refuseAction(c, found.value) : refuse(c, found.error);
    });
  }
};

const unsupported = (c: HttpContext, what: string): ProblemResponse<Refused> =>
  problem(c, "not_supported_yet", fromFaults([notSupportedYet("", what)]));

const unavailable = (c: HttpContext, { invoice, at }: InvoiceView, action: string): ProblemResponse<Refused> =>
  problem(c, "invoice_action_not_available", {
    detail: `${action} is not available for an invoice that is ${extendedStatusAt(invoice, at)}`,
  });

const actions: readonly Action[] = [
  {
    method: "post",
    suffix: "/advance",
    operationId: "advanceInvoice",
    summary: "Advance an invoice: they advance by themselves",
    refuse: (c, { invoice, at }) =>
      problem(c, "invoice_cannot_advance", {
        detail: `the invoice cannot advance now: it is ${extendedStatusAt(invoice, at)}`,
      }),
  },
  {
    method: "post",
    suffix: "/approve",
    operationId: "approveInvoice",
    summary: "Approve a draft before its draft period is over: not supported yet",
    refuse: (c, view) =>
      extendedStatusAt(view.invoice, view.at) === "draft.waiting_auto_approval"
        ? unsupported(c, "approving a draft before its draft period is over")
        : unavailable(c, view, "approve"),
  },
  {
    method: "post",
    suffix: "/retry",
    operationId: "retryInvoice",
    summary: "Retry a failed invoice: what fails is tried again by itself",
    refuse: (c, view) => unavailable(c, view, "retry"),
  },
  {
    method: "post",
    suffix: "/snapshot-quantities",
    operationId: "snapshotInvoiceQuantities",
    summary: "Read the usage of a draft before its time: not supported yet",
    refuse: (c, view) =>
      extendedStatusAt(view.invoice, view.at) === "draft.waiting_for_collection"
        ? unsupported(c, "reading the usage of a draft before its time")
        : unavailable(c, view, "snapshot_quantities"),
  },
  {
    method: "put",
    suffix: "",
    operationId: "updateInvoice",
    summary: "Edit a draft: not supported yet",
    refuse: (c, { invoice }) =>
      invoice.status === "draft"
        ? unsupported(c, "editing a draft")
        : problem(c, "invoice_cannot_be_edited", { detail: `an invoice that is ${invoice.status} cannot be edited` }),
  },
  {
    method: "delete",
    suffix: "",
    operationId: "deleteInvoice",
    summary: "Delete a draft: not supported yet; documents are never deleted",
    refuse: (c, view) =>
      view.invoice.status === "draft" ? unsupported(c, "deleting a draft") : unavailable(c, view, "delete"),
  },
];
