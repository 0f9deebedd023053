import { z } from 'zod';

/** `POST /api/v1/session` */
export const sessionBody = z.strictObject({ password: z.string().min(1).max(1_000) });

/** `/api/v1/session` */
export const sessionInfo = z.object({
  admin: z.boolean().describe('Whether this client may change things'),
  passwordSet: z
    .boolean()
    .describe('Without an administrator’s password nothing can be changed over the network'),
});
export type SessionInfo = z.infer<typeof sessionInfo>;
