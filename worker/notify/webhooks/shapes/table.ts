/** Every form of webhook there is. */
import type { WebhookShape } from '../../../contract-notify';
import { discord } from './discord';
import { ntfy } from './ntfy';
import type { Shape } from './shape';
import { slack } from './slack';
import { standard } from './standard';
import { telegram } from './telegram';

export const SHAPES: Record<WebhookShape, Shape> = { standard, slack, discord, telegram, ntfy };
