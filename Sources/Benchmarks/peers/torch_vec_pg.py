# A peer for `make bench-peers`, not a part of Troupe: vectorised REINFORCE in PyTorch on Gymnasium's own
# vector environment.
"""Vectorised REINFORCE-with-windows in torch: numpy CartPoleVectorEnv (gymnasium) or EnvPool, batched policy, one Adam step per window.
--net hf (4->16->2 relu) | 64 (2x64 tanh).  --backend gymvec|envpool.  Sampling under no_grad in numpy (--infer np) or torch."""
import argparse, time, json, numpy as np, torch, torch.nn as nn
ap=argparse.ArgumentParser()
for k,d in dict(backend="gymvec",net="64",infer="torch",mode="fps").items(): ap.add_argument("--"+k,default=d)
for k,d in dict(N=64,T=32,threads=1,envthreads=1,seed=0,baseline=0).items(): ap.add_argument("--"+k,type=int,default=d)
ap.add_argument("--lr",type=float,default=5e-3); ap.add_argument("--sec",type=float,default=6); ap.add_argument("--gamma",type=float,default=0.99); ap.add_argument("--max-s",type=float,default=60)
ap.add_argument("--lam",type=float,default=0.95)
a=ap.parse_args(); torch.set_num_threads(a.threads); torch.manual_seed(a.seed); rng=np.random.default_rng(a.seed)
if a.backend=="gymvec":
    import gymnasium as gym
    env=gym.make_vec("CartPole-v1",num_envs=a.N,vectorization_mode="vector_entry_point"); o,_=env.reset(seed=a.seed)
else:
    import envpool
    env=envpool.make_gymnasium("CartPole-v1",num_envs=a.N,num_threads=a.envthreads,seed=a.seed); o,_=env.reset()
h=[16] if a.net=="hf" else [64,64]; act=nn.ReLU if a.net=="hf" else nn.Tanh
def mk(out):
    L=[];i=4
    for k in h: L+=[nn.Linear(i,k),act()]; i=k
    return nn.Sequential(*L,nn.Linear(i,out))
pi=mk(2); vf=mk(1) if a.baseline else None
opt=torch.optim.Adam(list(pi.parameters())+(list(vf.parameters()) if vf else []),lr=a.lr)
def np_logits(x):
    ls=[m for m in pi if isinstance(m,nn.Linear)]
    for m in ls[:-1]:
        x=x@m.weight.data.numpy().T+m.bias.data.numpy(); x=np.maximum(x,0) if a.net=="hf" else np.tanh(x)
    m=ls[-1]; return x@m.weight.data.numpy().T+m.bias.data.numpy()
from collections import deque
rets=deque(maxlen=100); er=np.zeros(a.N); ndone=0
def window(o):
    O=np.empty((a.T+1,a.N,4),np.float32);A=np.empty((a.T,a.N),np.int64);D=np.empty((a.T,a.N),np.float32)
    global er, ndone
    for t in range(a.T):
        O[t]=o
        if a.infer=="np": lg=np_logits(O[t])
        else:
            with torch.no_grad(): lg=pi(torch.from_numpy(O[t])).numpy()
        p1=1/(1+np.exp(lg[:,0]-lg[:,1])); ac=(rng.random(a.N)<p1).astype(np.int64 if a.backend=="gymvec" else np.int32); A[t]=ac
        o,r,te,tr,_=env.step(ac); d=te|tr; D[t]=d; er+=1
        if d.any(): rets.extend(er[d].tolist()); er[d]=-1; ndone+=int(d.sum())
    O[a.T]=o; return o,O,A,D
def upd(O,A,D):
    Ot=torch.from_numpy(O); x=Ot[:-1].reshape(-1,4); At=torch.from_numpy(A).reshape(-1)
    if vf:
        v=vf(Ot.reshape(-1,4)).reshape(a.T+1,a.N); V=v.detach().numpy(); adv=np.zeros(a.N,np.float32); ADV=np.empty_like(D)
        for t in range(a.T-1,-1,-1):
            adv=1+a.gamma*V[t+1]*(1-D[t])-V[t]+a.gamma*a.lam*(1-D[t])*adv; ADV[t]=adv
        G=ADV; tgt=torch.from_numpy(ADV+V[:-1])
    else:
        G=np.empty_like(D); g=np.zeros(a.N,np.float32)
        for t in range(a.T-1,-1,-1): g=1+a.gamma*g*(1-D[t]); G[t]=g
    Gt=torch.from_numpy((G-G.mean())/(G.std()+1e-8)).reshape(-1)
    loss=nn.functional.cross_entropy(pi(x),At,reduction="none").mul(Gt).mean()
    if vf: loss=loss+0.5*((v[:-1]-tgt)**2).mean()
    opt.zero_grad(); loss.backward(); nn.utils.clip_grad_norm_(pi.parameters(),0.5) if vf else None; opt.step()
for _ in range(3): o,O,A,D=window(o); upd(O,A,D)
ndone=0; t0=time.time(); k=0; tr=0; sol=None
lim=a.sec if a.mode=="fps" else a.max_s
while time.time()-t0<lim:
    o,O,A,D=window(o); t1=time.time(); upd(O,A,D); tr+=time.time()-t1; k+=1
    if a.mode=="solve" and len(rets)==100 and np.mean(rets)>=475: sol=((k+3)*a.N*a.T,round(time.time()-t0,2)); break
dt=time.time()-t0
print(json.dumps(dict(peer="torch_vec",backend=a.backend,net=a.net,N=a.N,T=a.T,threads=a.threads,envthreads=a.envthreads,infer=a.infer,baseline=a.baseline,seed=a.seed,lr=a.lr,mode=a.mode,sps=round((k*a.N*a.T-ndone)/dt), sps_incl_resets=round(k*a.N*a.T/dt),update_share=round(tr/dt,2),solved_steps_s=sol,last100=round(float(np.mean(rets)),1))),flush=True)
