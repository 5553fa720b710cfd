/** A key as most journeys have one: of the payments service, carol's, read by its caller from a file. */
export const PAYMENTS = {
  slug: 'payments-prod',
  service: 'payments-api',
  owner: 'carol',
  escalation: 'group:security',
  scopes: ['payments:read'],
  delivery: 'file',
  created: '-30d',
  expires: '+40d',
} as const;
