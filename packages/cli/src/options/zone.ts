import { isZone } from '@kilowink/core/time';
import { cliError } from '../errors.ts';

/** The zone that `--zone` names, the site's without one. Throws `cli/usage` for what is no zone. */
export function zoneOf(given: string | undefined, siteZone: string): string {
  const zone = given ?? siteZone;
  if (isZone(zone)) return zone;
  throw cliError('cli/usage', {
    reason: `--zone: expected a zone such as Europe/Paris or +01:00, "${zone}" came`,
  });
}
