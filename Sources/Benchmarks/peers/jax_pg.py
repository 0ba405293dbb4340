# A peer for `make bench-peers`, not a part of Troupe: policy gradients on CartPole in JAX, environment
# and update compiled into one loop, in the manner of PureJaxRL.
"""PureJaxRL-style fully jitted policy gradient on CartPole, CPU.
--algo ppo | a2c (one epoch, GAE baseline) | reinforce (policy only, batch-standardised return-to-go with auto-reset windows)
--env own (hand-written, same physics as gymnasium CartPole-v1, 500-step limit) | gymnax
--dev 2 : two XLA host devices, envs split, gradients pmean'd (both cores).   --net 64 (2x64 tanh) | hf (4->16->2 relu)
--mode fps | solve | env"""
import os, sys, time, json, argparse
ap=argparse.ArgumentParser()
for k,d in dict(algo="ppo",env="own",net="64",mode="fps").items(): ap.add_argument("--"+k,default=d)
for k,d in dict(N=512,T=32,epochs=4,mb=4,dev=1,seed=0,inner=0,rng=0,unroll=1).items(): ap.add_argument("--"+k,type=int,default=d)
ap.add_argument("--lr",type=float,default=2.5e-3); ap.add_argument("--sec",type=float,default=5); ap.add_argument("--max-s",type=float,default=90)
ap.add_argument("--gamma",type=float,default=0.98); ap.add_argument("--lam",type=float,default=0.9); ap.add_argument("--ent",type=float,default=0.0)
ap.add_argument("--xla",default="")
a=ap.parse_args()
os.environ["XLA_FLAGS"]=f"--xla_force_host_platform_device_count={a.dev} "+a.xla
T0=time.time()
import jax, jax.numpy as jnp, numpy as np
if a.rng: jax.config.update("jax_default_prng_impl","unsafe_rbg" if a.rng==2 else "rbg")
import optax
from jax import lax
# ---------------- environment (batched, SoA) ----------------
def reset(key,n): return jax.random.uniform(key,(n,4),minval=-0.05,maxval=0.05), jnp.zeros((n,),jnp.int32)
def step_own(state,act,key):
    s,t=state; x,v,th,w=s[:,0],s[:,1],s[:,2],s[:,3]
    f=jnp.where(act==1,10.,-10.); c=jnp.cos(th); sn=jnp.sin(th); tmp=(f+0.05*w*w*sn)/1.1
    ta=(9.8*sn-c*tmp)/(0.5*(4/3-0.1*c*c/1.1)); xa=tmp-0.05*ta*c/1.1
    s2=jnp.stack([x+.02*v,v+.02*xa,th+.02*w,w+.02*ta],1); t=t+1
    term=(jnp.abs(s2[:,0])>2.4)|(jnp.abs(s2[:,2])>12*2*np.pi/360); trunc=t>=500; done=term|trunc
    s0,_=reset(key,s.shape[0])
    return (jnp.where(done[:,None],s0,s2),jnp.where(done,0,t)), s2, term, done, t
if a.env=="gymnax":
    import gymnax
    genv,gpar=gymnax.make("CartPole-v1")
    def reset(key,n):
        o,st=jax.vmap(genv.reset,in_axes=(0,None))(jax.random.split(key,n),gpar); return o,st
    def genv_step(state,act,key):
        o,st=state; r=jax.vmap(genv.step,in_axes=(0,0,0,None))(jax.random.split(key,act.shape[0]),st,act,gpar)
        o2,st2,rew,done=r[0],r[1],r[2],r[3]
        return (o2,st2),o2,done,done,jnp.zeros(act.shape[0],jnp.int32)
obs_of=lambda st: st[0]
step=step_own if a.env=="own" else genv_step
# ---------------- network ----------------
def lin(k,i,o,g):
    return dict(w=jax.nn.initializers.orthogonal(g)(k,(i,o)),b=jnp.zeros(o))
def init(key):
    ks=jax.random.split(key,6); r2=2**.5
    if a.net=="hf": p=dict(pi=[lin(ks[0],4,16,r2),lin(ks[1],16,2,.01)],v=[lin(ks[2],4,16,r2),lin(ks[3],16,1,1.)])
    else: p=dict(pi=[lin(ks[0],4,64,r2),lin(ks[1],64,64,r2),lin(ks[2],64,2,.01)],v=[lin(ks[3],4,64,r2),lin(ks[4],64,64,r2),lin(ks[5],64,1,1.)])
    if a.algo=="reinforce": del p["v"]
    return p
actf=jax.nn.relu if a.net=="hf" else jnp.tanh
def mlp(p,x):
    for l in p[:-1]: x=actf(x@l["w"]+l["b"])
    return x@p[-1]["w"]+p[-1]["b"]
def sample(logits,key):  # 2 actions: Bernoulli on the logit difference
    d=logits[:,1]-logits[:,0]; u=jax.random.uniform(key,d.shape); act=(u<jax.nn.sigmoid(d)).astype(jnp.int32)
    return act, -jax.nn.softplus(jnp.where(act==1,-d,d))
def logp_ent(logits,act):
    d=logits[...,1]-logits[...,0]; lp=-jax.nn.softplus(jnp.where(act==1,-d,d)); p=jax.nn.sigmoid(d)
    return lp, jax.nn.softplus(-d)*p+jax.nn.softplus(d)*(1-p)
opt=optax.chain(optax.clip_by_global_norm(0.5 if a.algo!="reinforce" else 1e9),optax.adam(a.lr,eps=1e-5))
n=a.N//a.dev
pm=(lambda x:lax.pmean(x,"d")) if a.dev>1 else (lambda x:x)
def update(carry,_):
    p,os_,st,key=carry
    def roll(c,_):
        st,key=c; key,k1,k2=jax.random.split(key,3); o=obs_of(st)
        act,lp=sample(mlp(p["pi"],o),k1); st,s2,term,done,t=step(st,act,k2)
        if a.algo=="reinforce": return (st,key),(o,act,done)
        v=mlp(p["v"],o)[:,0]
        # bootstrap value of time-limit truncations with V(s2)
        boot=jnp.where(done&~term,mlp(p["v"],s2)[:,0],0.)
        return (st,key),(o,act,lp,v,done,boot)
    (st,key),tr=lax.scan(roll,(st,key),None,a.T,unroll=a.unroll)
    if a.algo=="reinforce":
        o,act,done=tr
        def back(g,d): g=1.+a.gamma*g*(1-d); return g,g
        _,G=lax.scan(back,jnp.full((n,),0.),done.astype(jnp.float32),reverse=True)
        G=(G-G.mean())/(G.std()+1e-8)
        def loss(p): lp,_=logp_ent(mlp(p["pi"],o),act); return -(lp*G).mean()
        g=pm(jax.grad(loss)(p)); u,os_=opt.update(g,os_,p); p=optax.apply_updates(p,u)
        return (p,os_,st,key),0.
    o,act,lp,v,done,boot=tr; lastv=mlp(p["v"],obs_of(st))[:,0]
    def back(c,x):
        adv,nv=c; v,d,b=x; delta=1.+a.gamma*(nv*(1-d)+b)-v; adv=delta+a.gamma*a.lam*(1-d)*adv; return (adv,v),adv
    _,adv=lax.scan(back,(jnp.zeros(n),lastv),(v,done.astype(jnp.float32),boot),reverse=True)
    tgt=adv+v
    flat=lambda x:x.reshape((-1,)+x.shape[2:])
    B=tuple(map(flat,(o,act,lp,adv,tgt))); M=n*a.T
    def loss(p,b):
        o,act,lp0,adv,tgt=b; adv=(adv-adv.mean())/(adv.std()+1e-8); lp,ent=logp_ent(mlp(p["pi"],o),act); v=mlp(p["v"],o)[:,0]
        if a.algo=="a2c": pl=-(lp*adv).mean()
        else:
            r=jnp.exp(lp-lp0); pl=-jnp.minimum(r*adv,jnp.clip(r,.8,1.2)*adv).mean()
        return pl+.5*((v-tgt)**2).mean()-a.ent*ent.mean()
    def mbstep(c,b):
        p,os_=c; g=pm(jax.grad(loss)(p,b)); u,os_=opt.update(g,os_,p); return (optax.apply_updates(p,u),os_),0.
    if a.algo=="a2c": (p,os_),_=mbstep((p,os_),B)
    else:
        def epoch(c,_):
            p,os_,key=c; key,k=jax.random.split(key)
            # shuffle whole envs-by-time rows with a random rotation+stride-free permutation
            perm=jax.random.permutation(k,M); Bs=tuple(x[perm].reshape((a.mb,M//a.mb)+x.shape[1:]) for x in B)
            (p,os_),_=lax.scan(mbstep,(p,os_),Bs); return (p,os_,key),0.
        (p,os_,key),_=lax.scan(epoch,(p,os_,key),None,a.epochs)
    return (p,os_,st,key),0.
def evalf(p,key):   # 100 episodes, stochastic policy, fresh reset, 500 steps
    k0,key=jax.random.split(key); st=reset(k0,100)
    def f(c,_):
        st,alive,ret,key=c; key,k1,k2=jax.random.split(key,3); act,_=sample(mlp(p["pi"],obs_of(st)),k1); st,_,_,done,_=step(st,act,k2)
        ret=ret+alive; return (st,alive*(1-done),ret,key),0.
    (_,_,ret,_),_=lax.scan(f,(st,jnp.ones(100),jnp.zeros(100),key),None,500); return ret.mean()
inner=a.inner or max(1,min(64,int(400000/(a.N*a.T))))
def chunk(c): return lax.scan(update,c,None,inner)[0]
key=jax.random.PRNGKey(a.seed)
if a.mode=="env":
    def envchunk(c):
        def f(c,_):
            st,key=c; key,k1,k2=jax.random.split(key,3); act=jax.random.bernoulli(k1,.5,(n,)).astype(jnp.int32); st,_,_,_,_=step(st,act,k2); return (st,key),0.
        return lax.scan(f,c,None,1000,unroll=a.unroll)[0]
    g=jax.pmap(envchunk) if a.dev>1 else jax.jit(envchunk)
    c=(reset(key,n),key)
    if a.dev>1: c=jax.tree.map(lambda x:jnp.stack([x]*a.dev),c)
    c=jax.block_until_ready(g(c)); t=time.time(); k=0
    while time.time()-t<a.sec: c=jax.block_until_ready(g(c)); k+=1
    sps=k*1000*n*a.dev/(time.time()-t)
    print(json.dumps(dict(peer="jax",mode="env",env=a.env,N=a.N,dev=a.dev,rng=a.rng,sps=round(sps)))); sys.exit()
kp,ke,kr,key=jax.random.split(key,4)
p=init(kp); os_=opt.init(p)
if a.dev>1:
    rep=lambda x:jax.tree.map(lambda y:jnp.stack([y]*a.dev),x)
    st=[reset(k,n) for k in jax.random.split(kr,a.dev)]; st=jax.tree.map(lambda *x:jnp.stack(x),*st)
    c=(rep(p),rep(os_),st,jax.random.split(key,a.dev)); g=jax.pmap(chunk,axis_name="d"); P=lambda c:jax.tree.map(lambda x:x[0],c[0])
else: c=(p,os_,reset(kr,n),key); g=jax.jit(chunk); P=lambda c:c[0]
per=inner*a.N*a.T; base=dict(peer="jax",jax=jax.__version__,algo=a.algo,env=a.env,net=a.net,N=a.N,T=a.T,epochs=a.epochs if a.algo=="ppo" else 1,mb=a.mb if a.algo=="ppo" else 1,dev=a.dev,seed=a.seed,mode=a.mode,rng=a.rng)
ev=jax.jit(evalf)
if a.mode=="fps":
    t=time.time(); c=jax.block_until_ready(g(c)); comp=time.time()-t; t=time.time(); k=0
    while time.time()-t<a.sec: c=jax.block_until_ready(g(c)); k+=1
    sps=k*per/(time.time()-t); r=float(ev(P(c),ke)); print(json.dumps(dict(**base,compile_s=round(comp,2),sps=round(sps),eval100=round(r,1),steps=k*per)),flush=True)
else:
    t=time.time(); gl=g.lower(c).compile(); evl=ev.lower(P(c),ke).compile(); comp=time.time()-t; t=time.time(); k=0; sol=None; hist=[]
    while time.time()-t<a.max_s:
        c=gl(c); k+=1; r=float(evl(P(c),jax.random.fold_in(ke,k))); hist.append(round(r))
        if r>=475: sol=(k*per,round(time.time()-t,3)); break
    print(json.dumps(dict(**base,lr=a.lr,inner=inner,solved_steps_s=sol,compile_s=round(comp,2),total_with_import_s=round(time.time()-T0,2),last=hist[-3:])),flush=True)
