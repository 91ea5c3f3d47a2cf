/**
 * What lazy/identity.tsx loads when somebody opens a form that few open: logging in by mail or by a server of one's own, following by
 * mail, reporting a comment (all in forms/).
 */
import type { Forms, Tools } from '../forms/agreement';
import { openCode } from '../forms/code';
import { followOwn, openFollow } from '../forms/follow';
import { drawInstance } from '../forms/instance';
import { openReport } from '../forms/report';
import { loadTexts } from '../forms/texts';
import { useTools } from '../forms/tools';
import type { Kit } from '../writing/agreement';
import { useKit } from '../writing/kit';

export function create(kit: Kit, tools: Tools): Forms {
  useKit(kit);
  useTools(tools);
  return {
    meet: loadTexts,
    openWay(s, way) {
      if (way === 'email') return openCode(s);
      s.target = '[name=instance]';
      return () => drawInstance(s, way);
    },
    openFollow,
    openReport,
    followOwn,
  };
}
