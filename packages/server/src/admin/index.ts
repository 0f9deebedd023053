export { addAdminRoutes, type RequireAdmin } from './admin-routes.ts';
export {
  ADMIN_FILE,
  adminPasswordSetMs,
  PASSWORD_LENGTH_MIN,
  removeAdminPassword,
  setAdminPassword,
} from './password-file.ts';
export { AdminSessions } from './sessions.ts';
