export { type Device, type Entity, meterDevice, opticalDevice } from './entities.ts';
export { HomeAssistant, type HomeAssistantOptions } from './home-assistant.ts';
