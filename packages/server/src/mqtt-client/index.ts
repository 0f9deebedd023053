import type { IClientOptions, MqttClient } from 'mqtt';

export type { IClientOptions, MqttClient };

/**
 * Connects to a broker, once: no answer is an error, as whatever the library throws. The library is loaded with the
 * first call.
 */
export async function connectMqtt(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const { connectAsync } = (await import('mqtt')).default;
  return connectAsync(url, { reconnectPeriod: 0, ...options }, false);
}
