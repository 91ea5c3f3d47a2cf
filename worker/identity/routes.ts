/** HTTP of identity: what a site offers its writers, logging in and out, everything about oneself. */
import { Hono } from 'hono';
import type { AppEnv } from '../request';
import { readAvatar } from './avatars';
import { finishAtProvider, startLogin } from './login';
import { askEmailCode } from './mail-code';
import { askDeletion, cancelDeletion, claimComments, endOwnSession, listOwnComments, readMe } from './me';
import { sendMyData } from './my-data';
import { editMe } from './profile';
import { createSession, endSession, readSite, renewSession } from './session';

export const identity = new Hono<AppEnv>()
  .get('/site', readSite)
  .get('/login/:provider', startLogin)
  .get('/login/:provider/callback', finishAtProvider)
  .post('/login/:provider/callback', finishAtProvider)
  .post('/login/email', askEmailCode)
  .post('/session', createSession)
  .post('/session/renew', renewSession)
  .delete('/session', endSession)
  .get('/me', readMe)
  .patch('/me', editMe)
  .delete('/me', askDeletion)
  .post('/me/restore', cancelDeletion)
  .post('/me/claim', claimComments)
  .get('/me/comments', listOwnComments)
  .get('/me/export', sendMyData)
  .delete('/me/sessions/:id', endOwnSession)
  .get('/avatars/:id', readAvatar);
