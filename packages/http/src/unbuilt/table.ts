/** Methods of a path, and what each does, as the subject of a sentence. */
type Methods = Readonly<Partial<Record<"GET" | "POST" | "PUT" | "PATCH" | "DELETE", string>>>;

const crud = (one: string, many: string) => ({
  all: { GET: `listing ${many}`, POST: `creating ${one}` },
  one: { GET: `reading ${one}`, PUT: `changing ${one}`, DELETE: `deleting ${one}` },
});

const addons = crud("an add-on", "add-ons");
const planAddons = crud("an add-on of a plan", "add-ons of a plan");
const profiles = crud("a billing profile", "billing profiles");
const apps = crud("an app", "apps");
const channels = crud("a notification channel", "notification channels");
const rules = crud("a notification rule", "notification rules");
const customers = crud("a customer", "customers");
const meters = crud("a meter", "meters");
const plans = crud("a plan", "plans");
const taxCodes = crud("a tax code", "tax codes");
const invoices = crud("an invoice", "invoices");

const entitlements = { GET: "listing entitlements", POST: "creating an entitlement" };
const entitlement = { GET: "reading an entitlement", DELETE: "deleting an entitlement" };
const grants = { GET: "listing grants", POST: "creating a grant" };
const publish: Methods = { POST: "publishing" };
const archive: Methods = { POST: "archiving" };

const v1: Readonly<Record<string, Methods>> = {
  "/portal/tokens": { GET: "listing portal tokens", POST: "creating a portal token" },
  "/portal/tokens/invalidate": { POST: "invalidating portal tokens" },
  "/portal/meters/{meterSlug}/query": { GET: "querying a meter with a portal token" },
  "/info/currencies": { GET: "listing currencies" },
  "/info/progress/{id}": { GET: "reading the progress of a query" },
  "/debug/metrics": { GET: "counting events by subject" },

  "/subjects/{subject}/entitlements": entitlements,
  "/subjects/{subject}/entitlements/{entitlement}": entitlement,
  "/subjects/{subject}/entitlements/{entitlement}/override": { PUT: "overriding an entitlement" },
  "/subjects/{subject}/entitlements/{entitlement}/value": { GET: "checking access" },
  "/subjects/{subject}/entitlements/{entitlement}/history": { GET: "reading the history of an entitlement" },
  "/subjects/{subject}/entitlements/{entitlement}/reset": { POST: "resetting the usage of an entitlement" },
  "/subjects/{subject}/entitlements/{entitlement}/grants": grants,
  "/entitlements": { GET: entitlements.GET },
  "/entitlements/{entitlement}": { GET: entitlement.GET },
  "/grants": { GET: grants.GET },
  "/grants/{grant}": { DELETE: "voiding a grant" },
  "/customers/{customer}/access": { GET: "checking access" },
  "/customers/{customer}/entitlements/{feature}/value": { GET: "checking access" },

  "/addons": addons.all,
  "/addons/{addon}": addons.one,
  "/addons/{addon}/publish": publish,
  "/addons/{addon}/archive": archive,
  "/plans/{plan}/addons": planAddons.all,
  "/plans/{plan}/addons/{addon}": planAddons.one,
  "/subscriptions/{subscription}": { PATCH: "editing a subscription" },
  "/subscriptions/{subscription}/change": { POST: "changing the plan of a subscription" },
  "/subscriptions/{subscription}/migrate": { POST: "migrating a subscription" },
  "/subscriptions/{subscription}/restore": { POST: "restoring a subscription" },
  "/subscriptions/{subscription}/addons": { GET: "listing add-ons of a subscription", POST: "adding an add-on" },
  "/subscriptions/{subscription}/addons/{addon}": {
    GET: "reading an add-on of a subscription",
    PATCH: "changing an add-on of a subscription",
  },

  "/billing/profiles": profiles.all,
  "/billing/profiles/{profile}": profiles.one,
  "/billing/customers": { GET: "listing billing profiles of customers" },
  "/billing/customers/{customer}": {
    GET: "reading the billing profile of a customer",
    PUT: "choosing the billing profile of a customer",
    DELETE: "clearing the billing profile of a customer",
  },
  "/billing/customers/{customer}/invoices/pending-lines": { POST: "adding lines of one's own" },
  "/billing/invoices/{invoice}/taxes/recalculate": { POST: "recalculating taxes" },

  "/apps": { GET: apps.all.GET },
  "/apps/{app}": apps.one,
  "/apps/{app}/stripe/api-key": { PUT: "changing the Stripe key of an app" },
  "/apps/{app}/stripe/webhook": { POST: "taking events of Stripe" },
  "/apps/custom-invoicing/{invoice}/draft/synchronized": { POST: "custom invoicing" },
  "/apps/custom-invoicing/{invoice}/issuing/synchronized": { POST: "custom invoicing" },
  "/apps/custom-invoicing/{invoice}/payment/status": { POST: "custom invoicing" },
  "/marketplace/listings": { GET: "listing the apps that can be installed" },
  "/marketplace/listings/{type}": { GET: "reading about an app that can be installed" },
  "/marketplace/listings/{type}/install": { POST: "installing an app" },
  "/marketplace/listings/{type}/install/apikey": { POST: "installing an app" },
  "/marketplace/listings/{type}/install/oauth2": { GET: "installing an app" },
  "/marketplace/listings/{type}/install/oauth2/authorize": { GET: "installing an app" },
  "/stripe/checkout/sessions": { POST: "a checkout session of Stripe" },
  "/customers/{customer}/apps": { GET: "listing apps of a customer", PUT: "changing apps of a customer" },
  "/customers/{customer}/apps/{app}": { DELETE: "removing an app of a customer" },
  "/customers/{customer}/stripe": { GET: "reading a customer's Stripe data", PUT: "changing a customer's Stripe data" },
  "/customers/{customer}/stripe/portal": { POST: "a portal session of Stripe" },

  "/notification/channels": channels.all,
  "/notification/channels/{channel}": channels.one,
  "/notification/rules": rules.all,
  "/notification/rules/{rule}": rules.one,
  "/notification/rules/{rule}/test": { POST: "testing a notification rule" },
  "/notification/events": { GET: "listing notifications" },
  "/notification/events/{event}": { GET: "reading a notification" },
  "/notification/events/{event}/resend": { POST: "sending a notification again" },
};

const v2: Readonly<Record<string, Methods>> = {
  "/customers/{customer}/entitlements": entitlements,
  "/customers/{customer}/entitlements/{entitlement}": entitlement,
  "/customers/{customer}/entitlements/{entitlement}/override": { PUT: "overriding an entitlement" },
  "/customers/{customer}/entitlements/{entitlement}/value": { GET: "checking access" },
  "/customers/{customer}/entitlements/{entitlement}/history": { GET: "reading the history of an entitlement" },
  "/customers/{customer}/entitlements/{entitlement}/reset": { POST: "resetting the usage of an entitlement" },
  "/customers/{customer}/entitlements/{entitlement}/grants": grants,
  "/entitlements": { GET: entitlements.GET },
  "/entitlements/{entitlement}": { GET: entitlement.GET },
  "/grants": { GET: grants.GET },
};

const v3: Readonly<Record<string, Methods>> = {
  "/openapi.json": { GET: "the OpenAPI document of v3" },
  "/openapi.yaml": { GET: "the OpenAPI document of v3" },
  "/openmeter/events": { GET: "listing events", POST: "sending events" },
  "/openmeter/meters": meters.all,
  "/openmeter/meters/{meter}": meters.one,
  "/openmeter/meters/{meter}/query": { POST: "querying a meter" },
  "/openmeter/customers": customers.all,
  "/openmeter/customers/{customer}": customers.one,
  "/openmeter/customers/{customer}/entitlement-access": { GET: "checking access" },
  "/openmeter/entitlement-access/query": { POST: "checking access" },
  "/openmeter/customers/{customer}/billing": {
    GET: "reading the billing of a customer",
    PUT: "changing the billing of a customer",
  },
  "/openmeter/customers/{customer}/billing/app-data": { PUT: "changing the app data of a customer" },
  "/openmeter/customers/{customer}/billing/stripe/checkout-sessions": { POST: "a checkout session of Stripe" },
  "/openmeter/customers/{customer}/billing/stripe/portal-sessions": { POST: "a portal session of Stripe" },
  "/openmeter/customers/{customer}/charges": { GET: "listing charges", POST: "creating a charge" },
  "/openmeter/customers/{customer}/credits/grants": { GET: "listing credit grants", POST: "granting credit" },
  "/openmeter/customers/{customer}/credits/grants/{grant}": { GET: "reading a credit grant" },
  "/openmeter/customers/{customer}/credits/grants/{grant}/settlement/external": { POST: "settling a credit grant" },
  "/openmeter/customers/{customer}/credits/grants/{grant}/void": { POST: "voiding a credit grant" },
  "/openmeter/customers/{customer}/credits/balance": { GET: "reading a credit balance" },
  "/openmeter/customers/{customer}/credits/transactions": { GET: "listing movements of credit" },
  "/openmeter/customers/{customer}/credits/adjustments": { POST: "adjusting credit" },
  "/openmeter/plans": plans.all,
  "/openmeter/plans/{plan}": plans.one,
  "/openmeter/plans/{plan}/publish": publish,
  "/openmeter/plans/{plan}/archive": archive,
  "/openmeter/plans/{plan}/addons": planAddons.all,
  "/openmeter/plans/{plan}/addons/{addon}": planAddons.one,
  "/openmeter/addons": addons.all,
  "/openmeter/addons/{addon}": addons.one,
  "/openmeter/addons/{addon}/publish": publish,
  "/openmeter/addons/{addon}/archive": archive,
  "/openmeter/features": { GET: "listing features", POST: "creating a feature" },
  "/openmeter/features/{feature}": {
    GET: "reading a feature",
    PATCH: "changing a feature",
    DELETE: "archiving a feature",
  },
  "/openmeter/features/{feature}/cost/query": { POST: "querying the cost of a feature" },
  "/openmeter/subscriptions": { GET: "listing subscriptions", POST: "creating a subscription" },
  "/openmeter/subscriptions/{subscription}": { GET: "reading a subscription" },
  "/openmeter/subscriptions/{subscription}/cancel": { POST: "canceling a subscription" },
  "/openmeter/subscriptions/{subscription}/change": { POST: "changing the plan of a subscription" },
  "/openmeter/subscriptions/{subscription}/unschedule-cancelation": { POST: "taking back a cancelation" },
  "/openmeter/subscriptions/{subscription}/addons": {
    GET: "listing add-ons of a subscription",
    POST: "adding an add-on",
  },
  "/openmeter/subscriptions/{subscription}/addons/{addon}": { GET: "reading an add-on of a subscription" },
  "/openmeter/profiles": profiles.all,
  "/openmeter/profiles/{profile}": profiles.one,
  "/openmeter/billing/invoices": { GET: invoices.all.GET },
  "/openmeter/billing/invoices/{invoice}": invoices.one,
  "/openmeter/billing/invoices/{invoice}/advance": { POST: "advancing an invoice" },
  "/openmeter/billing/invoices/{invoice}/approve": { POST: "approving an invoice" },
  "/openmeter/billing/invoices/{invoice}/retry": { POST: "retrying an invoice" },
  "/openmeter/billing/invoices/{invoice}/snapshot-quantities": { POST: "reading the usage of a draft" },
  "/openmeter/apps": { GET: apps.all.GET },
  "/openmeter/apps/{app}": apps.one,
  "/openmeter/app-catalog": { GET: "listing the apps that can be installed" },
  "/openmeter/app-catalog/install": { POST: "installing an app" },
  "/openmeter/app-catalog/{type}": { GET: "reading about an app that can be installed" },
  "/openmeter/tax-codes": taxCodes.all,
  "/openmeter/tax-codes/{taxCode}": taxCodes.one,
  "/openmeter/defaults/tax-codes": { GET: "reading the default tax codes", PUT: "changing the default tax codes" },
  "/openmeter/currencies": { GET: "listing currencies" },
  "/openmeter/currencies/custom": { POST: "creating a custom currency" },
  "/openmeter/currencies/custom/{currency}": { GET: "reading a custom currency" },
  "/openmeter/currencies/custom/{currency}/cost-bases": { GET: "listing cost bases", POST: "creating a cost basis" },
  "/openmeter/llm-cost/prices": { GET: "listing prices of models" },
  "/openmeter/llm-cost/prices/{price}": { GET: "reading the price of a model" },
  "/openmeter/llm-cost/overrides": { GET: "listing prices of one's own", POST: "setting a price of one's own" },
  "/openmeter/llm-cost/overrides/{override}": { DELETE: "deleting a price of one's own" },
};

export type UnbuiltRoute = Readonly<{ method: string; path: string; what: string }>;

/** Routes of the reference that are known and not served so far. Whoever builds one takes it out: a test says so. */
export const unbuiltRoutes: readonly UnbuiltRoute[] = Object.entries({ v1, v2, v3 }).flatMap(([version, paths]) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, what]) => ({ method, path: `/api/${version}${path}`, what })),
  ),
);
