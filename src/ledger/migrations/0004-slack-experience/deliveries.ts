/** What left the company: to whom, by which way, and what came back. */
export const deliveries = /* sql */ `
`;
