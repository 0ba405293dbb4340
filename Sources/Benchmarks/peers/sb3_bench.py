# A peer for `make bench-peers`, not a part of Troupe: Stable-Baselines3's A2C and PPO on CartPole.
"""SB3 A2C / PPO on CartPole-v1. --mode fps|solve"""
import time, json, argparse, warnings, numpy as np
warnings.filterwarnings("ignore")
import torch
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv
from stable_baselines3.common.callbacks import BaseCallback
ap=argparse.ArgumentParser()
ap.add_argument("--algo",default="ppo"); ap.add_argument("--vec",default="dummy"); ap.add_argument("--n-envs",type=int,default=8)
ap.add_argument("--n-steps",type=int,default=None); ap.add_argument("--batch",type=int,default=256); ap.add_argument("--epochs",type=int,default=None)
ap.add_argument("--threads",type=int,default=1); ap.add_argument("--mode",default="fps"); ap.add_argument("--seed",type=int,default=0)
ap.add_argument("--sec",type=float,default=12); ap.add_argument("--max-s",type=float,default=150); ap.add_argument("--hf-net",type=int,default=0)
a=ap.parse_args()
class Stop(BaseCallback):
    def __init__(s,sec,solve): super().__init__(); s.sec=sec; s.solve=solve; s.t0=None; s.solved=None
    def _on_training_start(s): s.t0=time.time(); s.n0=s.num_timesteps
    def _on_step(s):
        if s.solve:
            b=s.model.ep_info_buffer
            if len(b)==100 and s.n_calls%4==0 and np.mean([e["r"] for e in b])>=475:
                s.solved=(s.num_timesteps,round(time.time()-s.t0,2)); return False
        return time.time()-s.t0<s.sec
def main():
    torch.set_num_threads(a.threads)
    cls=DummyVecEnv if a.vec=="dummy" else SubprocVecEnv
    env=make_vec_env("CartPole-v1",a.n_envs,seed=a.seed,vec_env_cls=cls)
    pk=dict(net_arch=[16],activation_fn=torch.nn.ReLU) if a.hf_net else {}
    lin=lambda v:(lambda p:p*v)
    if a.algo=="a2c": m=A2C("MlpPolicy",env,n_steps=a.n_steps or 5,ent_coef=0.0,seed=a.seed,device="cpu",policy_kwargs=pk)
    else: m=PPO("MlpPolicy",env,n_steps=a.n_steps or 32,batch_size=a.batch,n_epochs=a.epochs or 20,gae_lambda=0.8,gamma=0.98,
        learning_rate=1e-3,clip_range=0.2,seed=a.seed,device="cpu",policy_kwargs=pk)   # rl-zoo values; lr/clip constant (no fixed horizon)
    if a.mode=="fps":
        m.learn(2*m.n_steps*a.n_envs)   # warm up
        cb=Stop(a.sec,False); n0=m.num_timesteps; t=time.time(); m.learn(10**9,callback=cb,reset_num_timesteps=False); dt=time.time()-t
        n=m.num_timesteps-n0; out=dict(sps=round(n/dt))
    else:
        cb=Stop(a.max_s,True); t=time.time(); m.learn(10**9,callback=cb); dt=time.time()-t
        out=dict(solved_steps_s=cb.solved,wall=round(dt,1),steps=m.num_timesteps)
    print(json.dumps(dict(peer="sb3",algo=a.algo,vec=a.vec,n_envs=a.n_envs,n_steps=m.n_steps,batch=a.batch,epochs=getattr(m,'n_epochs',1),threads=a.threads,seed=a.seed,hf_net=a.hf_net,mode=a.mode,**out)),flush=True)
    env.close()
if __name__=="__main__": main()
