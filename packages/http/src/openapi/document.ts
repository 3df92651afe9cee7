import type { HttpApp } from "../define-route.ts";
import { type ApiDocument, closeDocument } from "../strict/close-document.ts";
import { describeDocument } from "./describe.ts";
import { withPlainNulls } from "./plain-nulls.ts";

/** The OpenAPI 3.0 document of everything an app serves. */
export const toOpenApiDocument = (app: HttpApp, version: string): object => {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key, `mtr_…`. A root key chooses its namespace by the header `Meter-Namespace`.",
  });
  const document = app.getOpenAPIDocument({
    openapi: "3.0.3",
    info: {
      title: "Meter",
      version,
      description:
        "Usage metering and billing: send events, define meters, read usage; plans, subscriptions and explained invoices. Every refusal is a problem document with a `code` and a page that explains it.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/", description: "The server that this document came from" }],
  });
  const closed = closeDocument(document as unknown as ApiDocument); // the part of it that is looked at
  return describeDocument(withPlainNulls(closed));
};
