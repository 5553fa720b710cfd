/** Digests, who saw which key in them, and what people said of it: claims, snoozes. */
export const digests = /* sql */ `
`;
