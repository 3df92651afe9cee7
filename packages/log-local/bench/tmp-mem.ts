import { randomBytes } from "node:crypto"; import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises"; import { ClassicLevel } from "classic-level";
const mode=process.argv[2]; const d="/tmp/mem-x"; await rm(d,{recursive:true,force:true});
const db=new ClassicLevel<Buffer,Buffer>(d,{keyEncoding:"buffer",valueEncoding:"buffer",compression:false,writeBufferSize:16<<20,maxFileSize:8<<20}); await db.open();
const anon=()=>Number(readFileSync("/proc/self/status","utf8").match(/RssAnon:\s+(\d+)/)![1])>>10;
const nothing=Buffer.alloc(0); const fresh=()=>{const all=randomBytes(170000); return Array.from({length:10000},(_,i)=>all.subarray(i*17,i*17+17))};
for (let m=1;m<=5;m++){ for(let i=0;i<100;i++){ const ks=fresh();
 if(mode==="has") for(let j=0;j<10000;j+=500) await db.hasMany(ks.slice(j,j+500));
 if(mode==="getmany") for(let j=0;j<10000;j+=500) await db.getMany(ks.slice(j,j+500));
 if(mode==="chain"){const b=db.batch(); for(const k of ks) b.put(k,nothing); await b.write();}
 if(mode==="array"){await db.batch(ks.map(key=>({type:"put" as const,key,value:nothing})));}
 if(mode==="chainv"){const b=db.batch(); for(const k of ks) b.put(k,k); await b.write();}
 } globalThis.gc?.(); process.stdout.write(`${mode} ${m}M anon ${anon()} MiB; `);} console.log(); await db.close(); globalThis.gc?.(); console.log("closed",anon());
