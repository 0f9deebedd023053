import { type Fault, fault, ok, type Result } from '../error/index.ts';
import { areEqualBytes } from '../hash/index.ts';
import { TAG_BYTES } from './layouts-v2.ts';
import { type DecodedV2, type Sign, tagOf } from './report-v2.ts';

/**
 * Whether a report of a sensor whose key is known was made by it: the tag must be there and right. `bytes` are those
 * that `decoded` came from. Faults: `report/untagged`, `report/tag`.
 */
export function checkTagV2(bytes: Uint8Array, decoded: DecodedV2, sign: Sign): Result<null, Fault> {
  const { sensorId } = decoded.report;
  if (!decoded.tagged) {
    const message = `report of ${sensorId}: expected a tag, for the sensor has a key; none came`;
    return fault({ code: 'report/untagged', message });
  }
  const end = bytes.length - TAG_BYTES;
  if (areEqualBytes(bytes.subarray(end), tagOf(bytes.subarray(0, end), sign))) return ok(null);
  const message = `report of ${sensorId}: the tag is not that of the sensor's key`;
  return fault({ code: 'report/tag', message });
}
